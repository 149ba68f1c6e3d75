const HOUR_MS = 60 * 60 * 1_000;

/** Remaining validity: `for 23 h`, `for less than 1 h`, `expired`. A certificate is valid for one day and renewed after half of it. */
export function certificateText(notAfter: string, nowMs: number): string {
  const leftMs = Date.parse(notAfter) - nowMs;
  if (leftMs <= 0) return 'expired';
  const hours = Math.floor(leftMs / HOUR_MS);
  return hours === 0 ? 'for less than 1 h' : `for ${hours} h`;
}
