import { type AddressKey, addressKeyOf, ascii, ByteCursor } from './byte-cursor';

/** Output of fping other than result lines: an ICMP error about one target, or an error message of fping. */
export type FpingNotice =
  | { kind: 'unreachable'; address: AddressKey; isTooBig: boolean }
  | { kind: 'duplicate'; address: AddressKey }
  | { kind: 'complaint'; text: string }
  | { kind: 'nothing' };

/**
 * Matches `ICMP Host Unreachable from 10.0.0.2 for ICMP Echo sent to 10.1.1.1`, and from version 5.5
 * `ICMPv6 Destination Unreachable (No route to destination) from fe80::1 for ICMPv6 Echo Request sent to 2001:db8::1`.
 */
const ICMP_MESSAGE =
  /^(?:\[[\d.]+\] )?ICMP(?:v6)? (.*) from \S+ for ICMP(?:v6)? Echo(?: Request)? sent to ([0-9a-f.:]{2,45})\s*$/;
const ANY_ICMP_MESSAGE = /^(?:\[[\d.]+\] )?ICMP(?:v6)? /;
/** ICMP errors that prove that the probe was not delivered. After a redirect or a source quench it was forwarded. */
const NOT_DELIVERED = /Unreachable|Time Exceeded|Parameter Problem|Packet Too Big/;
/** The packet was longer than the next link allows, and must not be fragmented. */
const TOO_BIG = /Fragmentation|Packet Too Big/i;
/** A further reply to one probe: `[1795387687.83375] 10.1.1.1 : duplicate for [0], 64 bytes, 0.345 ms`. */
const DUPLICATE = /^(?:\[[\d.]+\] )?([0-9a-f.:]{2,45})\s+: duplicate for \[\d+\]/;
const COMPLAINT_LENGTH_MAX = 200;

export function readFpingNotice(line: string): FpingNotice {
  if (ANY_ICMP_MESSAGE.test(line)) {
    const [, what = '', ip = ''] = ICMP_MESSAGE.exec(line) ?? [];
    if (!NOT_DELIVERED.test(what)) return { kind: 'nothing' };
    return { kind: 'unreachable', address: addressKeyOf(ip), isTooBig: TOO_BIG.test(what) };
  }
  const [, repeated] = DUPLICATE.exec(line) ?? [];
  if (repeated !== undefined) return { kind: 'duplicate', address: addressKeyOf(repeated) };
  const text = line.trim().slice(0, COMPLAINT_LENGTH_MAX);
  return text === '' || text.includes('duplicate for') ? { kind: 'nothing' } : { kind: 'complaint', text };
}

const COUNTS = ascii(': xmt/rcv/%');
const LOSS = ascii('loss = ');
const RETURN = ascii('return = ');
const SLASH = ascii('/');
const COUNT_DIGITS_MAX = 6;

/** The summary of one target at the end of fping. There is one per target, so it is parsed without creating strings. */
export class FpingSummary {
  address: AddressKey = '';
  /** Packets that fping counts as sent: 0 if it has no socket for this family of addresses. */
  sent = 0;
  /** Replies that fping counts. */
  received = 0;
  private readonly cursor = new ByteCursor();

  /** Parses `10.1.1.1 : xmt/rcv/%loss = 1/0/100%`; returns false for anything else. */
  parseSummary(bytes: Uint8Array, start: number, end: number): boolean {
    const { cursor } = this;
    cursor.set(bytes, start, end);
    const address = cursor.readAddress();
    if (address === '' || !cursor.skipSpaces() || !cursor.skipBytes(COUNTS)) return false;
    if (!cursor.skipBytes(LOSS) && !cursor.skipBytes(RETURN)) return false;
    const sent = cursor.decimal(COUNT_DIGITS_MAX);
    if (sent < 0 || !cursor.skipBytes(SLASH)) return false;
    const received = cursor.decimal(COUNT_DIGITS_MAX);
    if (received < 0 || !cursor.skipBytes(SLASH) || cursor.decimal(COUNT_DIGITS_MAX) < 0) return false;
    this.address = address;
    this.sent = sent;
    this.received = received;
    return true;
  }
}
