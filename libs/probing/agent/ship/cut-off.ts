/** Shorter is a lost packet or a slow answer. */
const CUT_OFF_MS_MIN = 5_000;

/**
 * Knows when this machine was cut off: for a while neither the gateway nor any target answered, though both were asked. That was its own
 * line, so what it missed meanwhile says nothing of its targets.
 */
export class CutOff {
  /** Since when an upload waits for its answer, however often it was tried; null while none does. */
  private askingSinceMs: number | null = null;
  private heardAtMs = -Infinity;
  private missedAtMs = -Infinity;

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  /** An upload is sent, maybe not for the first time. */
  asked(): void {
    this.askingSinceMs ??= this.steadyMs();
  }

  /** The gateway has answered, whatever. True if this ends a time of being cut off. */
  answered(): boolean {
    const nowMs = this.steadyMs();
    const wasCutOff = this.isCutOff(nowMs);
    this.askingSinceMs = null;
    return wasCutOff;
  }

  /** A target has answered. True if this ends a time of being cut off. */
  heard(): boolean {
    const nowMs = this.steadyMs();
    const wasCutOff = this.isCutOff(nowMs);
    this.heardAtMs = nowMs;
    return wasCutOff;
  }

  /** A target has not answered. */
  missed(): void {
    this.missedAtMs = this.steadyMs();
  }

  private isCutOff(nowMs: number): boolean {
    if (this.askingSinceMs === null) return false;
    const sinceMs = Math.max(this.askingSinceMs, this.heardAtMs);
    return nowMs - sinceMs >= CUT_OFF_MS_MIN && this.missedAtMs > sinceMs;
  }
}
