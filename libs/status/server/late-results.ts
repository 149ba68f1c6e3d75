import type { PolicyEntry } from '@icmp-mon/shard/engine';

/** Results that are older than this many intervals at their receipt are stored but not judged. */
const JUDGED_INTERVALS_MAX = 2;
/** A last sample that is further in the future than this comes from a clock that was ahead; it does not block later samples. */
const FUTURE_MS_MAX = 5_000;

/** Returns whether a result was too old to be judged when it arrived. */
export function isOldAtReceipt(
  sampleMs: number,
  receivedAtMs: number,
  { intervalMs, timeoutMs }: PolicyEntry,
): boolean {
  return receivedAtMs - sampleMs > JUDGED_INTERVALS_MAX * intervalMs + timeoutMs;
}

/** Returns whether a result is too late to be judged: too old at its receipt, or older than the last sample of its pair. All times in ms. */
export function isLate(
  sampleMs: number,
  lastSampleMs: number,
  receivedAtMs: number,
  presentMs: number,
  policy: PolicyEntry,
): boolean {
  if (isOldAtReceipt(sampleMs, receivedAtMs, policy)) return true;
  return sampleMs < lastSampleMs && lastSampleMs <= presentMs + FUTURE_MS_MAX;
}
