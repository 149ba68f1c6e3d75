/** What one line of `fping -c 1 -D` says of one packet; the reader fills it anew for each line. */
export class FpingLine {
  ip = '';
  /** Wall clock of the moment that the line tells of (the reply, or the end of the wait), to 10 us. */
  atMs = 0;
  replied = false;
  rttUs = 0;

  /**
   * Reads `[1763851234.12345] 127.0.0.1 : [0], 64 bytes, 0.045 ms (0.045 avg, 0% loss)` or the same with
   * `timed out (NaN avg, 100% loss)`. False for anything else, a line glued from two cut ones included.
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const cursor = new Cursor(bytes, start, end);
    if (!cursor.skip(OPEN)) return false;
    const seconds = cursor.decimal(TIME_DIGITS_MAX);
    if (seconds < 0 || !cursor.skip(CLOSE)) return false;
    const ip = cursor.address();
    if (ip === '' || !cursor.skipSpaces() || !cursor.skip(FIRST_PACKET)) return false;
    const replied = !cursor.skip(TIMED_OUT);
    const rttMs = replied ? cursor.rtt() : 0;
    if (rttMs < 0 || !cursor.skipTail() || !cursor.atEnd) return false;
    this.ip = ip;
    this.atMs = seconds * 1000;
    this.replied = replied;
    this.rttUs = Math.round(rttMs * 1000);
    return true;
  }
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
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
const ADDRESS_LENGTH_MAX = 45;
const SPACE = 0x20;
const ZERO = 0x30;
const POINT = 0x2e;
const COLON = 0x3a;

class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly end: number,
  ) {}

  get atEnd(): boolean {
    return this.at === this.end;
  }

  skip(expected: Uint8Array): boolean {
    if (this.end - this.at < expected.length) return false;
    for (let i = 0; i < expected.length; i++) if (this.bytes[this.at + i] !== expected[i]) return false;
    this.at += expected.length;
    return true;
  }

  skipSpaces(): boolean {
    const from = this.at;
    while (this.at < this.end && this.bytes[this.at] === SPACE) this.at++;
    return this.at > from;
  }

  /** Digits with an optional fraction; -1 if there are none or too many. */
  decimal(digitsMax: number): number {
    let value = 0;
    let digits = 0;
    for (; this.at < this.end && isDigit(this.bytes[this.at]); this.at++, digits++) {
      value = value * 10 + this.bytes[this.at] - ZERO;
    }
    if (digits === 0 || digits > digitsMax) return -1;
    if (this.at >= this.end || this.bytes[this.at] !== POINT) return value;
    this.at++;
    let scale = 0.1;
    let fraction = 0;
    for (; this.at < this.end && isDigit(this.bytes[this.at]); this.at++, scale /= 10, fraction++) {
      value += (this.bytes[this.at] - ZERO) * scale;
    }
    return fraction === 0 || fraction > digitsMax ? -1 : value;
  }

  /** Characters of an IPv4 or IPv6 literal; empty if there are none or too many. */
  address(): string {
    const from = this.at;
    while (this.at < this.end && isAddressByte(this.bytes[this.at])) this.at++;
    const length = this.at - from;
    if (length === 0 || length > ADDRESS_LENGTH_MAX) return '';
    return String.fromCharCode(...this.bytes.subarray(from, this.at));
  }

  /** `64 bytes, 0.045 ms`; -1 if it is not that. */
  rtt(): number {
    if (this.decimal(TIME_DIGITS_MAX) < 0 || !this.skip(BYTES)) return -1;
    const rttMs = this.decimal(RTT_DIGITS_MAX);
    return this.skip(MS) ? rttMs : -1;
  }

  /** ` (0.045 avg, 0% loss)` */
  skipTail(): boolean {
    if (!this.skip(TAIL_OPEN)) return false;
    if (!this.skip(NOT_A_NUMBER) && this.decimal(TIME_DIGITS_MAX) < 0) return false;
    return this.skip(AVERAGE) && this.decimal(3) >= 0 && this.skip(LOSS);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39;
}

function isAddressByte(byte: number | undefined): boolean {
  return isDigit(byte) || byte === POINT || byte === COLON || (byte !== undefined && byte >= 0x61 && byte <= 0x66);
}
