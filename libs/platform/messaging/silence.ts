/**
 * Measures the time without a sign of life, by checks at a fixed interval. A late check adds no more than one interval: while the event loop
 * of this process stalled, it could not receive anything, so the stall does not count as silence of the other side.
 */
export class Silence {
  private lastLookMs: number;
  private silentMs = 0;

  constructor(
    private readonly everyMs: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.lastLookMs = nowMs();
  }

  /** Resets the silence: a sign of life was received. */
  broken(): void {
    this.silentMs = 0;
  }

  /** Call it at the interval. Returns the silence until now, in ms. */
  measureSilence(): number {
    const nowMs = this.nowMs();
    this.silentMs += Math.min(nowMs - this.lastLookMs, this.everyMs);
    this.lastLookMs = nowMs;
    return this.silentMs;
  }
}
