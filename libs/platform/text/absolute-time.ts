/** Without an offset a time would mean something else on each machine; a bare date is midnight in UTC. */
const ABSOLUTE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** An instant in ms since 1970 of ISO 8601 text with an offset, or of a date; NaN for another text, and for a day that is in no calendar. */
export function absoluteMs(text: string): number {
  if (!ABSOLUTE.test(text)) return Number.NaN;
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  // Date.parse reads 30 February as a day of March.
  const isDay = day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isDay ? Date.parse(text) : Number.NaN;
}
