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

/** A span up to now, as the address keeps it: `15m`, `5h`, `30d`. */
export type TimeRange = `${number}${'m' | 'h' | 'd' | 'w' | 'y'}`;

export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

/** Ranges a page offers; the address keeps the name, so that a relative range stays relative. */
export const TIME_RANGES: readonly TimeRange[] = ['15m', '1h', '6h', '24h'];
/** For what is kept in coarser windows the longer it is ago. */
export const LONG_TIME_RANGES: readonly TimeRange[] = [...TIME_RANGES, '7d', '30d', '90d', '1y'];

/** Shorter spans hold too few results of a usual probe interval to be a chart. */
export const SPAN_MS_MIN = 2 * MINUTE_MS;
const SPAN_MS_MAX = 2 * 365 * DAY_MS;

/** The length of a range, ms. */
export function rangeMs(range: TimeRange): number {
  return Number(range.slice(0, -1)) * (UNITS_MS[range.slice(-1)] ?? 0);
}

/** The range of the address if it is one and not longer than `longestMs`, or `fallback`. */
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

/** A span of the address: chosen in a chart, or since a time up to now. Null for one that is none. */
export function readSpan(from: string | undefined, to: string | undefined, nowMs: number): TimeSpan | null {
  const fromMs = Date.parse(from ?? '');
  const toMs = to === undefined ? nowMs : Date.parse(to);
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** What was dragged over, in whole minutes and not too short. */
export function zoomSpan(oneMs: number, otherMs: number): TimeSpan {
  const shortByMs = Math.max(0, SPAN_MS_MIN - Math.abs(otherMs - oneMs));
  const wholeMinute = (atMs: number): number => Math.round(atMs / MINUTE_MS) * MINUTE_MS;
  return {
    fromMs: wholeMinute(Math.min(oneMs, otherMs) - shortByMs / 2),
    toMs: wholeMinute(Math.max(oneMs, otherMs) + shortByMs / 2),
  };
}
