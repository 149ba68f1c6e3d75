import { type AddressKey, ascii, ByteCursor } from './byte-cursor';

/** What one line of `fping -c 1 -D` says of one packet; the reader fills it again for each line. */
export class FpingLine {
  address: AddressKey = '';
  /** Who sent the reply, where fping says that it was not the address that was asked; else empty. */
  source: AddressKey = '';
  /** Wall clock of the moment that the line is about (the reply, or the end of the wait), to 10 us. */
  atMs = 0;
  replied = false;
  rttUs = 0;
  private readonly cursor = new ByteCursor();

  /**
   * Reads `[1763851234.12345] 127.0.0.1 : [0], 64 bytes, 0.045 ms (0.045 avg, 0% loss)` or the same with
   * `timed out (NaN avg, 100% loss)`. False for anything else, a line glued from two cut ones included.
   *
   * A reply from elsewhere has ` [<- 10.0.0.9]` before its line or at its end: fping writes it to its standard error, at once, while the line
   * itself still waits for its newline. Both go to one file, so that it is known which line it belongs to.
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const { cursor } = this;
    cursor.set(bytes, start, end);
    this.source = '';
    if (!this.skipSources() || !cursor.skip(OPEN)) return false;
    const seconds = cursor.decimal(TIME_DIGITS_MAX);
    if (seconds < 0 || !cursor.skip(CLOSE)) return false;
    const address = cursor.address();
    if (address === '' || !cursor.skipSpaces() || !cursor.skip(FIRST_PACKET)) return false;
    const replied = !cursor.skip(TIMED_OUT);
    const rttMs = replied ? readRtt(cursor) : 0;
    if (rttMs < 0 || !skipTail(cursor) || !this.skipSources() || !cursor.atEnd) return false;
    this.address = address;
    this.atMs = seconds * 1000;
    this.replied = replied;
    this.rttUs = Math.round(rttMs * 1000);
    return true;
  }

  /** Where the rest of the line begins behind any ` [<- 10.0.0.9]`. */
  static skipSources(bytes: Uint8Array, start: number, end: number): number {
    probe.cursor.set(bytes, start, end);
    return probe.skipSources() ? probe.cursor.position : start;
  }

  /** Of several the last one is this line's. False for one that is cut. */
  private skipSources(): boolean {
    while (this.cursor.skip(SOURCE_OPEN)) {
      this.source = this.cursor.address();
      if (this.source === '' || !this.cursor.skip(SOURCE_CLOSE)) return false;
    }
    return true;
  }
}

const OPEN = ascii('[');
const CLOSE = ascii('] ');
const SOURCE_OPEN = ascii(' [<- ');
const SOURCE_CLOSE = ascii(']');
const FIRST_PACKET = ascii(': [0], ');
const TIMED_OUT = ascii('timed out');
const BYTES = ascii(' bytes, ');
const MS = ascii(' ms');
const TAIL_OPEN = ascii(' (');
const NOT_A_NUMBER = ascii('NaN');
const AVERAGE = ascii(' avg, ');
const LOSS = ascii('% loss)');
const RETURN = ascii('% return)');

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
  if (!cursor.skip(AVERAGE) || cursor.decimal(PERCENT_DIGITS_MAX) < 0) return false;
  return cursor.skip(LOSS) || cursor.skip(RETURN);
}

const probe = new FpingLine();
