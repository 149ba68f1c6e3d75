/** Shorter times are lost packets or slow answers. */
const DISCONNECTED_MS_MIN = 5_000;

/**
 * Detects that this machine was disconnected: neither the gateway nor any target answered for a while, although both were asked. Its cause
 * is then the own line of this machine, so misses of that time say nothing about the targets.
 */
export class DisconnectionWatch {
  /** Since when an upload waits for an answer, including retries; null while none does. */
  private askingSinceMs: number | null = null;
  private heardAtMs = -Infinity;
  private missedAtMs = -Infinity;

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  /** An upload is sent, possibly as a retry. */
  uploadStarted(): void {
    this.askingSinceMs ??= this.steadyMs();
  }

  /** The gateway has answered, with any status. Returns true if this ends a time of being disconnected. */
  gatewayAnswered(): boolean {
    const nowMs = this.steadyMs();
    const wasDisconnected = this.isDisconnected(nowMs);
    this.askingSinceMs = null;
    return wasDisconnected;
  }

  /** A target has answered. Returns true if this ends a time of being disconnected. */
  targetAnswered(): boolean {
    const nowMs = this.steadyMs();
    const wasDisconnected = this.isDisconnected(nowMs);
    this.heardAtMs = nowMs;
    return wasDisconnected;
  }

  /** A target has not answered. */
  targetMissed(): void {
    this.missedAtMs = this.steadyMs();
  }

  private isDisconnected(nowMs: number): boolean {
    if (this.askingSinceMs === null) return false;
    const sinceMs = Math.max(this.askingSinceMs, this.heardAtMs);
    return nowMs - sinceMs >= DISCONNECTED_MS_MIN && this.missedAtMs > sinceMs;
  }
}
