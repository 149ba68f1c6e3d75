import { type AddressKey, addressKeyOf, ascii, ByteCursor } from './byte-cursor';

/** A line of fping's standard error that says something of one target, or else is a complaint of fping itself. */
export type FpingNotice =
  { kind: 'unreachable'; address: AddressKey } | { kind: 'complaint'; text: string } | { kind: 'nothing' };

const SENT_TO = ' for ICMP Echo sent to ';
const ICMP_ERROR = /^(?:\[[\d.]+\] )?ICMP /;
const ADDRESS = /^[0-9a-f.:]{2,45}$/;
const COMPLAINT_LENGTH_MAX = 200;

/** Reads e.g. `ICMP Host Unreachable from 10.0.0.2 for ICMP Echo sent to 10.1.1.1`. */
export function readFpingNotice(line: string): FpingNotice {
  if (ICMP_ERROR.test(line)) {
    const at = line.indexOf(SENT_TO);
    const ip = at === -1 ? '' : line.slice(at + SENT_TO.length).trim();
    return ADDRESS.test(ip) ? { kind: 'unreachable', address: addressKeyOf(ip) } : { kind: 'nothing' };
  }
  const text = line.trim().slice(0, COMPLAINT_LENGTH_MAX);
  return text === '' || text.includes('duplicate for') ? { kind: 'nothing' } : { kind: 'complaint', text };
}

const ONE_SENT = ascii(': xmt/rcv/%loss = 1/');
const ONE_REPLY = ascii('1/');
const NO_REPLY = ascii('0/');

/** The summary of one target at the end of fping: there is one for each, so it is read without a string. */
export class FpingSummary {
  address: AddressKey = '';
  /** Whether fping counts a reply. */
  replied = false;
  private readonly cursor = new ByteCursor();

  /** Reads `10.1.1.1 : xmt/rcv/%loss = 1/0/100%`; false for anything else. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const { cursor } = this;
    cursor.set(bytes, start, end);
    const address = cursor.address();
    if (address === '' || !cursor.skipSpaces() || !cursor.skip(ONE_SENT)) return false;
    const replied = cursor.skip(ONE_REPLY);
    if (!replied && !cursor.skip(NO_REPLY)) return false;
    if (cursor.decimal(3) < 0) return false;
    this.address = address;
    this.replied = replied;
    return true;
  }
}
