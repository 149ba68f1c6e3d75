/** Returns the ISO 8601 text of a time in ms since 1970. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
