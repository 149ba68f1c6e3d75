import { isUuid } from '@icmp-mon/probing/contract';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Returns the 16 bytes of a canonical UUID. Throws a RangeError for any other text. */
export function uuidToBytes(text: string): Uint8Array {
  if (!isUuid(text)) throw new RangeError(`"${text.slice(0, 40)}" is not a canonical lower-case UUID`);
  const hex = text.replaceAll('-', '');
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at++) bytes[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** Cache of one id: all blocks of an upload are of one agent, so its text is created once. */
const lastBytes = new Uint8Array(16);
let lastText = textOf(lastBytes);

/** Returns the canonical text of 16 bytes. */
export function uuidFromBytes(bytes: Uint8Array): string {
  for (let at = 0; at < 16; at++) {
    if (bytes[at] === lastBytes[at]) continue;
    lastBytes.set(bytes);
    lastText = textOf(bytes);
    break;
  }
  return lastText;
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) text += '-';
    text += HEX[bytes[at]];
  }
  return text;
}
