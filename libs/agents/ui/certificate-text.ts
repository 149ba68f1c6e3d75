const HOUR_MS = 60 * 60 * 1_000;

/** How long a certificate is still good for: `for 23 h`, `for less than 1 h`, `expired`. It lives a day, and is renewed at half of that. */
export function certificateText(notAfter: string, nowMs: number): string {
  const leftMs = Date.parse(notAfter) - nowMs;
  if (leftMs <= 0) return 'expired';
  const hours = Math.floor(leftMs / HOUR_MS);
  return hours === 0 ? 'for less than 1 h' : `for ${hours} h`;
}
