import type { Moment } from './elapsed';

/** Less than this is the way of a message, or clocks that differ a little. */
const OFF_MS_MIN = 5_000;

/**
 * By how much the reader's wall clock is behind the installation's, whose times pages show: 0 while that is a few seconds. With a clock
 * that is off, old data would look new, or the other way round, and "the last 15 minutes" would be others.
 */
export function clockBehindMs(serverAt: string | undefined, heard: Moment): number {
  const byMs = Date.parse(serverAt ?? '') - heard.wallMs;
  return Math.abs(byMs) >= OFF_MS_MIN ? byMs : 0;
}
