import { type AddressKey, ascii, ByteCursor } from './byte-cursor';

/** One parsed line of `fping -c 5 -D` about one packet; reused for each line. */
export class FpingLine {
  address: AddressKey = '';
  /** Sender of the reply, where fping reports that it was not the probed address; otherwise empty. */
  source: AddressKey = '';
  /** Wall clock of the reply or of the timeout, in ms since 1970, with a resolution of 10 us. */
  atMs = 0;
  /** Number of the packet: 0 for the first. */
  packet = 0;
  replied = false;
  rttUs = 0;
  private readonly cursor = new ByteCursor();

  /**
   * Parses `[1763851234.12345] 127.0.0.1 : [0], 64 bytes, 0.045 ms (0.045 avg, 0% loss)`, or the same with
   * `timed out (NaN avg, 100% loss)`. Returns false for anything else, also for a line joined from two truncated ones.
   *
   * A reply from another address has ` [<- 10.0.0.9]` before or after its line: fping writes it to its standard error immediately, while the
   * line itself still lacks its newline. Both streams go to one file, so their order shows which line it belongs to.
   */
  parseLine(bytes: Uint8Array, start: number, end: number): boolean {
    const { cursor } = this;
    cursor.set(bytes, start, end);
    this.source = '';
    if (!this.skipSources() || !cursor.skipBytes(OPEN)) return false;
    const seconds = cursor.decimal(TIME_DIGITS_MAX);
    if (seconds < 0 || !cursor.skipBytes(CLOSE)) return false;
    const address = cursor.readAddress();
    if (address === '' || !cursor.skipSpaces()) return false;
    const packet = cursor.skipBytes(FIRST_PACKET) ? 0 : readPacket(cursor);
    if (packet < 0) return false;
    const replied = !cursor.skipBytes(TIMED_OUT);
    const rttMs = replied ? readRtt(cursor) : 0;
    if (rttMs < 0 || !skipTail(cursor) || !this.skipSources() || !cursor.atEnd) return false;
    this.address = address;
    this.packet = packet;
    this.atMs = seconds * 1000;
    this.replied = replied;
    this.rttUs = Math.round(rttMs * 1000);
    return true;
  }

  /** Returns where the rest of the line begins after any ` [<- 10.0.0.9]`. */
  static skipSources(bytes: Uint8Array, start: number, end: number): number {
    probe.cursor.set(bytes, start, end);
    return probe.skipSources() ? probe.cursor.position : start;
  }

  /** Of several sources the last one belongs to this line. Returns false if a source is truncated. */
  private skipSources(): boolean {
    while (this.cursor.skipBytes(SOURCE_OPEN)) {
      this.source = this.cursor.readAddress();
      if (this.source === '' || !this.cursor.skipBytes(SOURCE_CLOSE)) return false;
    }
    return true;
  }
}

const OPEN = ascii('[');
const CLOSE = ascii('] ');
const SOURCE_OPEN = ascii(' [<- ');
const SOURCE_CLOSE = ascii(']');
const FIRST_PACKET = ascii(': [0], ');
const PACKET_OPEN = ascii(': [');
const PACKET_CLOSE = ascii('], ');
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
const PACKET_DIGITS_MAX = 2;

/** Reads `: [12], `; returns -1 for anything else. */
function readPacket(cursor: ByteCursor): number {
  if (!cursor.skipBytes(PACKET_OPEN)) return -1;
  const packet = cursor.decimal(PACKET_DIGITS_MAX);
  return Number.isInteger(packet) && cursor.skipBytes(PACKET_CLOSE) ? packet : -1;
}

/** Reads `64 bytes, 0.045 ms`; returns -1 for anything else. */
function readRtt(cursor: ByteCursor): number {
  if (cursor.decimal(TIME_DIGITS_MAX) < 0 || !cursor.skipBytes(BYTES)) return -1;
  const rttMs = cursor.decimal(RTT_DIGITS_MAX);
  return cursor.skipBytes(MS) ? rttMs : -1;
}

/** Skips ` (0.045 avg, 0% loss)`. */
function skipTail(cursor: ByteCursor): boolean {
  if (!cursor.skipBytes(TAIL_OPEN)) return false;
  if (!cursor.skipBytes(NOT_A_NUMBER) && cursor.decimal(TIME_DIGITS_MAX) < 0) return false;
  if (!cursor.skipBytes(AVERAGE) || cursor.decimal(PERCENT_DIGITS_MAX) < 0) return false;
  return cursor.skipBytes(LOSS) || cursor.skipBytes(RETURN);
}

const probe = new FpingLine();
