import { type AnchorReport, ANCHORS_MAX } from '@icmp-mon/agents/contract';
import type { FieldError } from '@icmp-mon/platform/errors';
import { absoluteMs, isCleanText } from '@icmp-mon/platform/text';
import { canonicalAddress } from '@icmp-mon/targets/wire';

/** Any word: newer agents may report states that the contract does not contain. */
const WORD = /^[a-z_]{1,64}$/;
const TIME_LENGTH_MAX = 40;
const RTT_US_MAX = 60_000_000;

/** Parses what newer agents report about the anchors; undefined if the field is missing. Adds what is wrong to `errors`. */
export function readAnchorReports(value: unknown, errors: FieldError[]): AnchorReport[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > ANCHORS_MAX) {
    errors.push({ pointer: '#/anchors', detail: `must be a list of at most ${ANCHORS_MAX}` });
    return undefined;
  }
  return (value as unknown[]).flatMap((report, at) => {
    if (isAnchorReport(report)) {
      const { ip, state, rttUs, lastReplyAt } = report;
      return [{ ip, state, ...(rttUs !== undefined && { rttUs }), ...(lastReplyAt !== undefined && { lastReplyAt }) }];
    }
    const detail =
      'must be {ip, state, rttUs?, lastReplyAt?}: a canonical address, one word, microseconds, a time in ISO 8601';
    errors.push({ pointer: `#/anchors/${at}`, detail });
    return [];
  });
}

function isAnchorReport(value: unknown): value is AnchorReport {
  if (typeof value !== 'object' || value === null) return false;
  const { ip, state, rttUs, lastReplyAt } = value as Record<string, unknown>;
  if (typeof ip !== 'string' || typeof state !== 'string' || !WORD.test(state)) return false;
  const address = canonicalAddress(ip);
  const isRtt = typeof rttUs === 'number' && rttUs >= 0 && rttUs <= RTT_US_MAX;
  const isTime = isCleanText(lastReplyAt, TIME_LENGTH_MAX) && Number.isFinite(absoluteMs(lastReplyAt));
  return address.ok && address.ip === ip && (rttUs === undefined || isRtt) && (lastReplyAt === undefined || isTime);
}
