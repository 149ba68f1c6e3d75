/** Shorter times are lost packets or slow answers. */
const CUT_OFF_MS_MIN = 5_000;

/**
 * Detects that this machine was cut off: neither the gateway nor any target answered for a while, although both were asked. The cause is
 * then its own line, so misses of that time say nothing about the targets.
 */
export class CutOff {
  /** Since when an upload waits for an answer, including retries; null while none does. */
  private askingSinceMs: number | null = null;
  private heardAtMs = -Infinity;
  private missedAtMs = -Infinity;

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  /** An upload is sent, possibly as a retry. */
  asked(): void {
    this.askingSinceMs ??= this.steadyMs();
  }

  /** The gateway has answered, with any status. Returns true if this ends a time of being cut off. */
  answered(): boolean {
    const nowMs = this.steadyMs();
    const wasCutOff = this.isCutOff(nowMs);
    this.askingSinceMs = null;
    return wasCutOff;
  }

  /** A target has answered. Returns true if this ends a time of being cut off. */
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
