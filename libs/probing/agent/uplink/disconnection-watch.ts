/** Shortest outage that counts, in ms. A shorter one is lost packets or slow answers. */
const DISCONNECTED_MS_MIN = 5_000;

/**
 * Detects an outage of this machine's own connection: for a while the gateway sent no answer and no target a reply, although both
 * were contacted. Misses of that time are no evidence about the targets.
 */
export class DisconnectionWatch {
  /** Since when an upload has been waiting for an answer, retries included; null while none is. */
  private askingSinceMs: number | null = null;
  private heardAtMs = -Infinity;
  private missedAtMs = -Infinity;

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  /** Records that an upload is being sent, possibly as a retry. */
  uploadStarted(): void {
    this.askingSinceMs ??= this.steadyMs();
  }

  /** Records an answer of the gateway, with any status. Returns true if it ends an outage. */
  gatewayAnswered(): boolean {
    const nowMs = this.steadyMs();
    const wasDisconnected = this.isDisconnected(nowMs);
    this.askingSinceMs = null;
    return wasDisconnected;
  }

  /** Records a reply of a target. Returns true if it ends an outage. */
  targetReplied(): boolean {
    const nowMs = this.steadyMs();
    const wasDisconnected = this.isDisconnected(nowMs);
    this.heardAtMs = nowMs;
    return wasDisconnected;
  }

  /** Records that a target did not reply. */
  targetMissed(): void {
    this.missedAtMs = this.steadyMs();
  }

  /** Whether there is an outage now. */
  get isOut(): boolean {
    return this.isDisconnected(this.steadyMs());
  }

  private isDisconnected(nowMs: number): boolean {
    if (this.askingSinceMs === null) return false;
    const sinceMs = Math.max(this.askingSinceMs, this.heardAtMs);
    return nowMs - sinceMs >= DISCONNECTED_MS_MIN && this.missedAtMs > sinceMs;
  }
}
