/** No forecast from less: what the first hours of an installation write says nothing about its days. */
export const FORECAST_SPAN_S_MIN = 6 * 3_600;
/** Hours with samples that the span has to hold: two samples six hours apart are not enough. */
const FORECAST_HOURS_MIN = 5;
const DAY_S = 86_400;

/** How full a disk was in one hour: the medians of its samples' times and sizes. */
export interface DiskHour {
  at_s: number;
  used: number;
}

export interface DiskGrowth {
  /** Null while there are not enough samples. */
  bytesPerDay: number | null;
  /** How much time the samples span. */
  spanS: number;
}

/**
 * Growth as the median of the slopes between all pairs of hours (Theil and Sen): one large file that comes or goes, or one
 * compaction, does not move it, as it would move a fitted line.
 */
export function growthOf(hours: readonly DiskHour[], spanS: number): DiskGrowth {
  if (spanS < FORECAST_SPAN_S_MIN || hours.length < FORECAST_HOURS_MIN) return { bytesPerDay: null, spanS };
  const slopes = hours.flatMap((from, index) =>
    hours.slice(index + 1).map((to) => ((to.used - from.used) / (to.at_s - from.at_s)) * DAY_S),
  );
  return { bytesPerDay: median(slopes), spanS };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
