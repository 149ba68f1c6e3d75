/** An offset is required, because a time without one depends on the machine's time zone. A date alone is midnight in UTC. */
const ABSOLUTE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Parses ISO 8601 with an offset, or a date. Returns ms since 1970, or NaN for another text or a day that does not exist. */
export function absoluteMs(text: string): number {
  if (!ABSOLUTE.test(text)) return Number.NaN;
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  // Date.parse would accept 30 February as a day in March.
  const isDay = day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isDay ? Date.parse(text) : Number.NaN;
}
