/** A line of fping's standard error that says something of one target, or else is a complaint of fping itself. */
export type FpingNotice =
  | { kind: 'unreachable'; ip: string }
  /** The summary at the end: whether fping counts a reply. */
  | { kind: 'summary'; ip: string; replied: boolean }
  | { kind: 'complaint'; text: string }
  | { kind: 'nothing' };

const SENT_TO = ' for ICMP Echo sent to ';
const SUMMARY = /^([0-9a-f.:]{2,45}) +: xmt\/rcv\/%loss = 1\/([01])\/\d{1,3}%/;
const ICMP_ERROR = /^(?:\[[\d.]+\] )?ICMP /;
const ADDRESS = /^[0-9a-f.:]{2,45}$/;
const COMPLAINT_LENGTH_MAX = 200;

/** Reads e.g. `ICMP Host Unreachable from 10.0.0.2 for ICMP Echo sent to 10.1.1.1` or `10.1.1.1 : xmt/rcv/%loss = 1/0/100%`. */
export function readFpingNotice(line: string): FpingNotice {
  const summary = SUMMARY.exec(line);
  if (summary?.[1] !== undefined) return { kind: 'summary', ip: summary[1], replied: summary[2] === '1' };
  if (ICMP_ERROR.test(line)) {
    const at = line.indexOf(SENT_TO);
    const ip = at === -1 ? '' : line.slice(at + SENT_TO.length).trim();
    return ADDRESS.test(ip) ? { kind: 'unreachable', ip } : { kind: 'nothing' };
  }
  const text = line.trim().slice(0, COMPLAINT_LENGTH_MAX);
  return text === '' || text.includes('duplicate for') ? { kind: 'nothing' } : { kind: 'complaint', text };
}
