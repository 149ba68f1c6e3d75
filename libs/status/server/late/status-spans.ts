import type { Status, StatusReason } from '@icmp-mon/status/contract';

/** A half-open time with one status for one reason, ms since 1970. */
export interface StatusSpan {
  fromMs: number;
  toMs: number;
  status: Status;
  reason: StatusReason;
}

const NO_QUORUM: StatusReason = 'no_quorum';
/** Which agents were cut off is not stored, so that this status cannot be judged again. */
const PARTITION: StatusReason = 'partition';

/**
 * Returns what a correction compares: `up`, `down`, `unknown`, or `split` without a quorum. A target that is reachable and slow or lossy
 * counts as `up`, because the thresholds of the past are not stored.
 */
function comparedOf({ status, reason }: Pick<StatusSpan, 'status' | 'reason'>): string {
  if (status === 'degraded') return reason === NO_QUORUM ? 'split' : 'up';
  return status;
}

/** Returns the spans within the time, cut at its bounds. */
export function spansWithin(spans: readonly StatusSpan[], fromMs: number, toMs: number): StatusSpan[] {
  return spans
    .map((span) => ({ ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }))
    .filter((span) => span.fromMs < span.toMs);
}

/** Returns the spans with others laid over them: where both have a time, the upper one counts. */
export function overlaid(lower: readonly StatusSpan[], upper: readonly StatusSpan[]): StatusSpan[] {
  let spans = [...lower];
  for (const over of upper) {
    spans = [...spansWithin(spans, -Infinity, over.fromMs), over, ...spansWithin(spans, over.toMs, Infinity)];
  }
  return spans.sort((a, b) => a.fromMs - b.fromMs);
}

/**
 * Returns the parts of `judged` whose status differs from the one in `known`, joined where they touch and are equal. Differences shorter
 * than `shortestMs` are left out: receipts of live results were not the times at which they are judged again. Both are in order.
 */
export function differences(
  known: readonly StatusSpan[],
  judged: readonly StatusSpan[],
  shortestMs: number,
): StatusSpan[] {
  const parts: StatusSpan[] = [];
  for (const span of judged) {
    for (const before of spansWithin(known, span.fromMs, span.toMs)) {
      if (before.reason === PARTITION || comparedOf(before) === comparedOf(span)) continue;
      const { fromMs, toMs } = before;
      const last = parts.at(-1);
      if (last?.toMs === fromMs && last.status === span.status && last.reason === span.reason) last.toMs = toMs;
      else parts.push({ ...span, fromMs, toMs });
    }
  }
  return longRuns(parts, shortestMs);
}

/** Keeps parts that belong to an uninterrupted run of at least the given length. */
function longRuns(parts: readonly StatusSpan[], shortestMs: number): StatusSpan[] {
  const kept: StatusSpan[] = [];
  for (let from = 0; from < parts.length;) {
    let to = from + 1;
    while (to < parts.length && parts[to].fromMs === parts[to - 1].toMs) to++;
    if (parts[to - 1].toMs - parts[from].fromMs >= shortestMs) kept.push(...parts.slice(from, to));
    from = to;
  }
  return kept;
}
