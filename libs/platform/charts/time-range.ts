const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SPANS_MS = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '1y': 365 * DAY_MS,
} as const;

export type TimeRange = keyof typeof SPANS_MS;

/** Ranges a page offers; the address keeps the name, so that a relative range stays relative. */
export const TIME_RANGES: readonly TimeRange[] = ['15m', '1h', '6h', '24h'];
/** For what is kept in coarser windows the longer it is ago. */
export const LONG_TIME_RANGES: readonly TimeRange[] = [...TIME_RANGES, '7d', '30d', '90d', '1y'];

/** The range of the address if it is among those offered, or `fallback`. */
export function readTimeRange(
  asked: string | undefined,
  fallback: TimeRange,
  offered: readonly TimeRange[] = TIME_RANGES,
): TimeRange {
  return offered.find((range) => range === asked) ?? fallback;
}

export function rangeMs(range: TimeRange): number {
  return SPANS_MS[range];
}

/** Shorter spans show less than a chart of five-minute windows can. */
const SPAN_MS_MIN = 30 * MINUTE_MS;

/** A span of time chosen in a chart, as the address keeps it; null for one that is none. */
export function readSpan(from: string | undefined, to: string | undefined): { fromMs: number; toMs: number } | null {
  const fromMs = Date.parse(from ?? '');
  const toMs = Date.parse(to ?? '');
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** What was dragged over, in whole minutes and not too short. */
export function zoomSpan(oneMs: number, otherMs: number): { fromMs: number; toMs: number } {
  const shortByMs = Math.max(0, SPAN_MS_MIN - Math.abs(otherMs - oneMs));
  const wholeMinute = (atMs: number): number => Math.round(atMs / MINUTE_MS) * MINUTE_MS;
  return {
    fromMs: wholeMinute(Math.min(oneMs, otherMs) - shortByMs / 2),
    toMs: wholeMinute(Math.max(oneMs, otherMs) + shortByMs / 2),
  };
}
