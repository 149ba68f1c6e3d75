const SECOND_MS = 1_000;
/** Number of addresses from which on expired ones are removed. */
const SWEEP_AT = 10_000;

/**
 * Limits how often an address is probed outside the schedule, because a target of it is new. The plan limits what is scheduled; a server that
 * replaces the targets of an address again and again would get an additional probe for each of them.
 */
export class FreshRate {
  /** The last probe of each address, and the packets that it counts as. */
  private readonly last = new Map<string, { atMs: number; packets: number }>();
  private sweepAt = SWEEP_AT;

  /** Whether the address may be probed now: at most once per second, and with no more packets than the policy allows. Counts it if so. */
  takeProbe(ip: string, packets: number, perSecondMax: number, nowMs: number): boolean {
    const isOver = (probe: { atMs: number; packets: number }): boolean =>
      nowMs - probe.atMs >= Math.max(SECOND_MS, (SECOND_MS * probe.packets) / perSecondMax);
    const last = this.last.get(ip);
    if (last !== undefined && !isOver(last)) return false;
    this.last.set(ip, { atMs: nowMs, packets });
    if (this.last.size > this.sweepAt) {
      for (const [each, probe] of this.last) if (isOver(probe)) this.last.delete(each);
      this.sweepAt = SWEEP_AT + this.last.size;
    }
    return true;
  }
}
