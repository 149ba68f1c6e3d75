import { NOT_BELIEVED_REASONS, type NotBelieved, type NotBelievedReason } from '@icmp-mon/agents/contract';
import type { DisbeliefReason } from '@icmp-mon/probing/contract';
import type { ProbeSlice } from './executor';

/** Adds one measurement that is not believed for the reason. */
export function addNotBelieved(counts: NotBelieved, reason: NotBelievedReason): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

/** Counts a probe of a slice that has no data for the reason. */
export function discardProbe(
  { onNoData }: ProbeSlice,
  counts: NotBelieved,
  { index, sentAtMs }: { index: number; sentAtMs: number },
  reason: DisbeliefReason,
): void {
  addNotBelieved(counts, reason);
  onNoData?.(index, sentAtMs, reason);
}

/** Counts a packet that is not the answer to its probe. */
export function countForeign(counters: { foreignReplies: number; notBelieved: NotBelieved }): void {
  counters.foreignReplies++;
  addNotBelieved(counters.notBelieved, 'foreign_reply');
}

/** Returns the sums by reason. */
export function sumNotBelieved(all: readonly NotBelieved[]): NotBelieved {
  const sum: NotBelieved = {};
  for (const reason of NOT_BELIEVED_REASONS) {
    const count = all.reduce((total, counts) => total + (counts[reason] ?? 0), 0);
    if (count > 0) sum[reason] = count;
  }
  return sum;
}
