import { AddressRanges, LOOPBACK } from './address-ranges';
import type { LocalPolicy } from './local-policy';

/** A range of IPv4 addresses: first address as a number, and length of the prefix. */
interface Range {
  start: number;
  bits: number;
}

const IPV4: Range = { start: 127 * 2 ** 24, bits: 8 };
const IPV6 = '::1';

/**
 * Returns the ranges of loopback that a policy denies although `allow` contains them, or all of loopback if it lists none: `allow` with
 * 0.0.0.0/0 and 127.128.0.0/9 denies 127.0.0.0/9.
 */
export function deniedLoopback({ allow, loopback }: LocalPolicy): string[] {
  if (loopback.texts.length === 0) return [...LOOPBACK.texts];
  const wider = new AddressRanges(allow?.texts.filter((text) => !loopback.texts.includes(text)) ?? []);
  const listed = loopback.texts.filter((text) => !text.includes(':')).map(rangeOf);
  return [
    ...(wider.has(textOf(IPV4.start), 4)
      ? without(IPV4, listed).map((each) => `${textOf(each.start)}/${each.bits}`)
      : []),
    ...(wider.has(IPV6, 6) && !loopback.has(IPV6, 6) ? [IPV6] : []),
  ];
}

/** Returns what is left of a range without the listed ones: it is halved until a part is listed, or contains nothing listed. */
function without(range: Range, listed: readonly Range[]): Range[] {
  const { start, bits } = range;
  if (listed.some((each) => each.bits <= bits && contains(each, start))) return [];
  const inside = listed.filter((each) => contains(range, each.start));
  if (inside.length === 0) return [range];
  const half = bits + 1;
  return [start, start + 2 ** (32 - half)].flatMap((each) => without({ start: each, bits: half }, inside));
}

function contains({ start, bits }: Range, address: number): boolean {
  return address >= start && address < start + 2 ** (32 - bits);
}

function rangeOf(text: string): Range {
  const [address = '', prefix] = text.split('/');
  const bits = prefix === undefined ? 32 : Number(prefix);
  const value = address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
  return { start: value - (value % 2 ** (32 - bits)), bits };
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
