const DAY_MS = 24 * 60 * 60 * 1_000;

/** How long a certificate is still good for: `80 days`, `expires today`, `expired`. */
export function certificateText(notAfter: string, nowMs: number): string {
  const leftMs = Date.parse(notAfter) - nowMs;
  if (leftMs <= 0) return 'expired';
  const days = Math.floor(leftMs / DAY_MS);
  if (days === 0) return 'expires today';
  return days === 1 ? '1 day' : `${days} days`;
}
