/** Formats an instant (ISO 8601) for people, in UTC: `2026-11-30 07:40:48Z`; null: none. */
export function timeText(instant: string | null): string | null {
  return instant === null ? null : instant.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}

/** Formats microseconds as milliseconds; null: none. */
export const rttText = (us: number | null): string | null => (us === null ? null : `${(us / 1000).toFixed(2)} ms`);

/** Formats a ratio in percent; null: none. */
export const percentText = (ratio: number | null): string | null =>
  ratio === null ? null : `${(ratio * 100).toFixed(1)} %`;

/** Formats a number with separators: `12,345`. */
export const countText = (number: number): string => number.toLocaleString('en-GB');
