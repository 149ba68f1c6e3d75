import type { Moment } from './elapsed';

/** Smallest difference that is corrected, ms: smaller ones are network delay or normal clock drift. */
const OFF_MS_MIN = 5_000;

/**
 * Returns how far the browser's wall clock is behind the installation's, ms; 0 for differences below 5 s. Without the correction, a wrong browser
 * clock would make old data look new or the reverse, and shift "the last 15 minutes".
 */
export function clockBehindMs(serverAt: string | undefined, heard: Moment): number {
  const byMs = Date.parse(serverAt ?? '') - heard.wallMs;
  return Math.abs(byMs) >= OFF_MS_MIN ? byMs : 0;
}
