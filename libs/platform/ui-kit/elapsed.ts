/** A moment by two clocks: one that nobody sets, and one that also runs while the machine sleeps. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export const momentNow = (): Moment => ({ monotonicMs: performance.now(), wallMs: Date.now() });

export const momentAgo = (ms: number): Moment => ({ monotonicMs: performance.now() - ms, wallMs: Date.now() - ms });

/** How long ago a moment was: the longer of what both clocks say, so that neither a clock set back nor a sleep makes old data new. */
export function elapsedMs(since: Moment, now: Moment = momentNow()): number {
  return Math.max(0, now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
