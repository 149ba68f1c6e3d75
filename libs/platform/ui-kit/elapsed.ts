/** A moment by two clocks: the monotonic one, which is never set, and the wall clock, which also runs while the machine sleeps. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export const momentNow = (): Moment => ({ monotonicMs: performance.now(), wallMs: Date.now() });

export const momentAgo = (ms: number): Moment => ({ monotonicMs: performance.now() - ms, wallMs: Date.now() - ms });

/**
 * Returns the time since a moment in ms: the greater of the two clocks' differences, so that neither a clock set back nor a sleep makes old
 * data look new.
 */
export function elapsedMs(since: Moment, now: Moment = momentNow()): number {
  return Math.max(0, now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
