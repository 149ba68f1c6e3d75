/**
 * How long nothing was heard, by looks at a steady pace. A look that comes late adds no more than one on time: while the event
 * loop made no turn, whatever was to be heard could not be heard either, and a stall is no silence of the others.
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

  /** Something was heard. */
  broken(): void {
    this.silentMs = 0;
  }

  /** Called at the pace; returns the silence up to now. */
  look(): number {
    const nowMs = this.nowMs();
    this.silentMs += Math.min(nowMs - this.lastLookMs, this.everyMs);
    this.lastLookMs = nowMs;
    return this.silentMs;
  }
}
