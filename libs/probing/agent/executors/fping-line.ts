import { type AddressKey, ascii, ByteCursor } from './byte-cursor';

/** What one line of `fping -c 1 -D` says of one packet; the reader fills it anew for each line. */
export class FpingLine {
  address: AddressKey = '';
  /** Wall clock of the moment that the line tells of (the reply, or the end of the wait), to 10 us. */
  atMs = 0;
  replied = false;
  rttUs = 0;
  private readonly cursor = new ByteCursor();

  /**
   * Reads `[1763851234.12345] 127.0.0.1 : [0], 64 bytes, 0.045 ms (0.045 avg, 0% loss)` or the same with
   * `timed out (NaN avg, 100% loss)`. False for anything else, a line glued from two cut ones included.
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const { cursor } = this;
    cursor.set(bytes, start, end);
    if (!cursor.skip(OPEN)) return false;
    const seconds = cursor.decimal(TIME_DIGITS_MAX);
    if (seconds < 0 || !cursor.skip(CLOSE)) return false;
    const address = cursor.address();
    if (address === '' || !cursor.skipSpaces() || !cursor.skip(FIRST_PACKET)) return false;
    const replied = !cursor.skip(TIMED_OUT);
    const rttMs = replied ? readRtt(cursor) : 0;
    if (rttMs < 0 || !skipTail(cursor) || !cursor.atEnd) return false;
    this.address = address;
    this.atMs = seconds * 1000;
    this.replied = replied;
    this.rttUs = Math.round(rttMs * 1000);
    return true;
  }
}

const OPEN = ascii('[');
const CLOSE = ascii('] ');
const FIRST_PACKET = ascii(': [0], ');
const TIMED_OUT = ascii('timed out');
const BYTES = ascii(' bytes, ');
const MS = ascii(' ms');
const TAIL_OPEN = ascii(' (');
const NOT_A_NUMBER = ascii('NaN');
const AVERAGE = ascii(' avg, ');
const LOSS = ascii('% loss)');

const TIME_DIGITS_MAX = 12;
const RTT_DIGITS_MAX = 6;
const PERCENT_DIGITS_MAX = 3;

/** `64 bytes, 0.045 ms`; -1 if it is not that. */
function readRtt(cursor: ByteCursor): number {
  if (cursor.decimal(TIME_DIGITS_MAX) < 0 || !cursor.skip(BYTES)) return -1;
  const rttMs = cursor.decimal(RTT_DIGITS_MAX);
  return cursor.skip(MS) ? rttMs : -1;
}

/** ` (0.045 avg, 0% loss)` */
function skipTail(cursor: ByteCursor): boolean {
  if (!cursor.skip(TAIL_OPEN)) return false;
  if (!cursor.skip(NOT_A_NUMBER) && cursor.decimal(TIME_DIGITS_MAX) < 0) return false;
  return cursor.skip(AVERAGE) && cursor.decimal(PERCENT_DIGITS_MAX) >= 0 && cursor.skip(LOSS);
}
