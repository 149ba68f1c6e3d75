import type { AssignedTier, AssignmentsResponse } from '@icmp-mon/assignment/contract';

const LONG_POLL_MS = 5_000;

/** Assignments of a gateway for tests, with long polling. */
export class FakeAssignments {
  current: AssignmentsResponse = { version: 1, full: true, tiers: [], assigned: [], unassigned: [] };
  private readonly waiting = new Set<() => void>();

  assignTargets(
    ips: readonly string[],
    intervalMs: number,
    timeoutMs: number,
    checks: AssignedTier['checks'] = [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
  ): void {
    const tier = { tier: 'fast', probeIntervalMs: intervalMs, probeTimeoutMs: timeoutMs };
    this.current = {
      version: this.current.version + 1,
      full: true,
      tiers: [{ ...tier, checks }],
      assigned: ips.map((ip, at) => ({ key: at + 1, ip, tier: 'fast' })),
      unassigned: [],
    };
    this.wakeAll();
  }

  /** Ends all requests that wait. */
  wakeAll(): void {
    for (const wake of this.waiting) wake();
  }

  /** Waits for a version other than `since`; null if there is none in time. */
  async newerThan(since: number): Promise<AssignmentsResponse | null> {
    if (since === this.current.version) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          this.waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, LONG_POLL_MS);
        this.waiting.add(done);
      });
    }
    return since === this.current.version ? null : this.current;
  }
}
