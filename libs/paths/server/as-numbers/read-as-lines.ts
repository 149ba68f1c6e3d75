import { setImmediate as turn } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { AS_NUMBERS_LIMITS } from '@icmp-mon/paths/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { type AsLine, readAsLine } from './as-line';

/** Lines between two turns of the event loop: a piece has a thousand, and a line may make 254 prefixes in 1 ms. */
const LINES_PER_TURN = 50;
const GZIP = [0x1f, 0x8b];

/**
 * Reads the lines of a file that arrives in pieces; keeps one piece and one line in memory.
 * @throws DomainError `invalid` with the first faulty lines, or for a file that is not text; `too_large`
 */
export async function* readAsLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<AsLine> {
  const faults: FieldError[] = [];
  let number = 0;
  for await (const line of linesOf(pieces)) {
    number++;
    const read = readAsLine(line);
    if (typeof read === 'string') faults.push({ pointer: `#/lines/${number}`, detail: `Line ${number}: ${read}` });
    // Behind a fault nothing of the file is used, but further faults are listed.
    else if (read !== null && faults.length === 0) yield read;
    if (faults.length === AS_NUMBERS_LIMITS.faultsShown) break;
    if (number % LINES_PER_TURN === 0) await turn();
  }
  if (faults.length === 0) return;
  throw new DomainError('invalid', `${faults[0].detail}. Nothing was changed.`, faults);
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let bytes = 0;
  for await (const piece of pieces) {
    if (bytes === 0 && GZIP.every((byte, at) => piece[at] === byte))
      throw new DomainError('invalid', 'The file is compressed by gzip. Decompress it first.');
    bytes += piece.length;
    if (bytes > AS_NUMBERS_LIMITS.bytes)
      throw new DomainError('too_large', `The file is larger than ${AS_NUMBERS_LIMITS.bytes} bytes, the limit.`);
    const lines = (rest + decoded(decoder, piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > AS_NUMBERS_LIMITS.lineLength)
      throw new DomainError('invalid', `A line has more than ${AS_NUMBERS_LIMITS.lineLength} characters.`);
  }
  yield rest + decoded(decoder, null);
}

function decoded(decoder: TextDecoder, piece: Buffer | null): string {
  try {
    return piece === null ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (cause) {
    throw new DomainError('invalid', 'The file is not valid UTF-8. Save it as UTF-8.', undefined, { cause });
  }
}
