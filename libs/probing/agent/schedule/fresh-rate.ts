const SECOND_MS = 1_000;
/** Number of addresses from which on expired ones are removed. */
const SWEEP_AT = 10_000;

/**
 * Limits how often an address is probed outside the schedule, because a target of it is new. The plan limits what is scheduled; a server that
 * replaces the targets of an address again and again would get an additional probe for each of them.
 */
export class FreshRate {
  private readonly probedAtMs = new Map<string, number>();
  private sweepAt = SWEEP_AT;

  /** Whether the address may be probed now: at most once per second, and no more often than the policy allows. Counts it if so. */
  takeProbe(ip: string, perSecondMax: number, nowMs: number): boolean {
    const waitMs = Math.max(SECOND_MS, SECOND_MS / perSecondMax);
    if (nowMs - (this.probedAtMs.get(ip) ?? -Infinity) < waitMs) return false;
    this.probedAtMs.set(ip, nowMs);
    if (this.probedAtMs.size > this.sweepAt) this.removeOlder(nowMs - waitMs);
    return true;
  }

  private removeOlder(thanMs: number): void {
    for (const [ip, atMs] of this.probedAtMs) if (atMs <= thanMs) this.probedAtMs.delete(ip);
    this.sweepAt = SWEEP_AT + this.probedAtMs.size;
  }
}
