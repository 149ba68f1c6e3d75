const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS_MS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

/** A relative range up to now, as stored in the URL: `15m`, `5h`, `30d`. */
export type TimeRange = `${number}${'m' | 'h' | 'd' | 'w' | 'y'}`;

export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

/** Ranges that a page offers. The URL contains the name, so that a relative range stays relative. */
export const TIME_RANGES: readonly TimeRange[] = ['15m', '1h', '6h', '24h'];
/** Ranges for data whose resolution decreases with age. */
export const LONG_TIME_RANGES: readonly TimeRange[] = [...TIME_RANGES, '7d', '30d', '90d', '1y'];

/** Shortest span, ms: shorter ones contain too few results of a usual probe interval for a chart. */
export const SPAN_MS_MIN = 2 * MINUTE_MS;
const SPAN_MS_MAX = 2 * 365 * DAY_MS;

/** Returns the length of a range, ms. */
export function rangeMs(range: TimeRange): number {
  return Number(range.slice(0, -1)) * (UNITS_MS[range.slice(-1)] ?? 0);
}

/** Returns the range from the URL if it is valid and not longer than `longestMs`, otherwise `fallback`. */
export function readTimeRange(
  asked: string | undefined,
  fallback: TimeRange,
  longestMs: number = SPAN_MS_MAX,
): TimeRange {
  return isTimeRange(asked) && rangeMs(asked) <= longestMs ? asked : fallback;
}

export function isTimeRange(text: string | undefined): text is TimeRange {
  if (text === undefined || !/^[1-9]\d{0,4}[mhdwy]$/.test(text)) return false;
  const lengthMs = rangeMs(text as TimeRange);
  return lengthMs >= SPAN_MS_MIN && lengthMs <= SPAN_MS_MAX;
}

/** Returns the span from the URL: selected in a chart, or from a time up to now. Null if it is not valid. */
export function readSpan(from: string | undefined, to: string | undefined, nowMs: number): TimeSpan | null {
  const fromMs = Date.parse(from ?? '');
  const toMs = to === undefined ? nowMs : Date.parse(to);
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** Returns the selected span, rounded to whole minutes and extended to the shortest span. */
export function zoomSpan(oneMs: number, otherMs: number): TimeSpan {
  const shortByMs = Math.max(0, SPAN_MS_MIN - Math.abs(otherMs - oneMs));
  const wholeMinute = (atMs: number): number => Math.round(atMs / MINUTE_MS) * MINUTE_MS;
  return {
    fromMs: wholeMinute(Math.min(oneMs, otherMs) - shortByMs / 2),
    toMs: wholeMinute(Math.max(oneMs, otherMs) + shortByMs / 2),
  };
}
