import { type HistoryPoint, type Resolution } from '@icmp-mon/probing/contract';
import { bucketStart, bucketEnd } from '../rollups/rollup-levels';
import { RttHistogram } from '@icmp-mon/probing/wire';
import { emptyCounters, historyPoint, mergeCounters, type WindowCounters } from '../window-summary';

/** Figures of one target in one bucket; its histograms are not merged yet. */
export interface Figures {
  startMs: number;
  counters: WindowCounters;
  histograms: Uint8Array[];
}

/** Merges figures of the same bucket. Returns one per bucket, oldest first. */
export function gather(parts: readonly Figures[], resolution: Resolution): Figures[] {
  const buckets = new Map<number, Figures>();
  for (const { startMs, counters, histograms } of parts) {
    const bucketMs = bucketStart(resolution, startMs);
    const bucket = buckets.get(bucketMs) ?? { startMs: bucketMs, counters: emptyCounters(), histograms: [] };
    bucket.counters = mergeCounters(bucket.counters, counters);
    bucket.histograms.push(...histograms);
    buckets.set(bucketMs, bucket);
  }
  return [...buckets.values()].sort((a, b) => a.startMs - b.startMs);
}

export function pointsOf(buckets: readonly Figures[], resolution: Resolution): HistoryPoint[] {
  const histogram = new RttHistogram();
  return buckets.map(({ startMs, counters, histograms }) => {
    histogram.clear();
    for (const bytes of histograms) histogram.merge(bytes);
    return historyPoint(startMs, bucketEnd(resolution, startMs) - startMs, counters, histogram);
  });
}
