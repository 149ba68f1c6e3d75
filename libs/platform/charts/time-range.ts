/** Ranges a page offers; the address keeps the name, so that a relative range stays relative. */
export const TIME_RANGES = ['15m', '1h', '6h', '24h'] as const;
export type TimeRange = (typeof TIME_RANGES)[number];

const SPANS_MS: Readonly<Record<TimeRange, number>> = {
  '15m': 15 * 60_000,
  '1h': 60 * 60_000,
  '6h': 6 * 60 * 60_000,
  '24h': 24 * 60 * 60_000,
};

/** The range of the address, or `fallback` when there is none or an unknown one. */
export function readTimeRange(asked: string | undefined, fallback: TimeRange): TimeRange {
  return TIME_RANGES.find((range) => range === asked) ?? fallback;
}

export function rangeMs(range: TimeRange): number {
  return SPANS_MS[range];
}
