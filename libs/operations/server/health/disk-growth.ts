/** Shortest span of samples for a forecast, in s: the first hours of an installation do not predict its days. */
export const FORECAST_SPAN_S_MIN = 6 * 3_600;
/** Fewest hours with samples within the span: two samples six hours apart are not enough. */
const FORECAST_HOURS_MIN = 5;
const DAY_S = 86_400;

/** Disk usage in one hour: the medians of the times and sizes of its samples. */
export interface DiskHour {
  at_s: number;
  used: number;
}

export interface DiskGrowth {
  /** Null while there are not enough samples. */
  bytesPerDay: number | null;
  /** Time between the first and the last sample, in s. */
  spanS: number;
}

/**
 * Returns growth as the median of the slopes between all pairs of hours (Theil–Sen estimator): unlike a fitted line, it does not
 * change because of one large file that appears or disappears, or one compaction.
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
