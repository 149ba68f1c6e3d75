/** How many packets may leave now, by the policy's packets per second: what is not used is lost after a second. */
export class PacketBudget {
  private tokens: number;
  private atMs: number;

  constructor(
    private perSecond: number,
    nowMs: number,
  ) {
    this.tokens = perSecond;
    this.atMs = nowMs;
  }

  set packetsPerSecond(perSecond: number) {
    this.perSecond = perSecond;
    this.tokens = Math.min(this.tokens, perSecond);
  }

  get packetsPerSecond(): number {
    return this.perSecond;
  }

  available(nowMs: number): number {
    this.tokens = Math.min(Math.max(1, this.perSecond), this.tokens + ((nowMs - this.atMs) / 1000) * this.perSecond);
    this.atMs = nowMs;
    return Math.floor(this.tokens);
  }

  take(packets: number): void {
    this.tokens -= packets;
  }
}
