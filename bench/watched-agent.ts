import { setTimeout as pause } from 'node:timers/promises';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { TestAgent, TestLane } from '@icmp-mon/probing/agent/testing';
import { SimulatedAgent, type SimulatedTarget } from './fleet/simulated-agent';
import { Tally } from './fleet/tally';

const SECOND_MS = 1_000;
const REPORT_MS = 5_000;

/** An agent as the gateway sees it: follows its assignments, generates their results at each interval, and reports. */
export class WatchedAgent {
  private readonly targets = new Map<number, SimulatedTarget>();
  private readonly lane: TestLane;
  private simulated: SimulatedAgent | null = null;
  private version = 0;
  private running = true;
  private loops: Promise<void>[] = [];

  constructor(
    readonly name: string,
    readonly agent: TestAgent,
    /** Allowed ranges of the policy file; null allows everything. */
    private readonly allow: string[] | null,
  ) {
    this.lane = new TestLane(agent, 'live', { boot: Math.floor(Date.now() / SECOND_MS) });
  }

  async start(): Promise<void> {
    const policy = { allow: this.allow, deny: [], stopped: false, packetsPerSecond: 10_000, refusedKeys: [] };
    await this.agent.reportPolicy(policy);
    this.loops = [this.followAssignments(), this.measureTargets(), this.sendReport()];
  }

  /** Ends the agent as if its power had failed. */
  async loseConnection(): Promise<void> {
    this.running = false;
    this.lane.stop();
    this.agent.close();
    await Promise.allSettled(this.loops);
  }

  private async followAssignments(): Promise<void> {
    while (this.running) {
      try {
        const news = await this.agent.fetchAssignments(this.version);
        if (news !== null) this.applyAssignments(news);
      } catch {
        // Refused, disconnected, or lost on purpose: retried while the agent is alive.
        await pause(SECOND_MS);
      }
    }
  }

  private applyAssignments({ version, full, tiers, assigned, unassigned }: AssignmentsResponse): void {
    if (full) this.targets.clear();
    for (const key of unassigned) this.targets.delete(key);
    const policies = new Map(tiers.map((tier) => [tier.tier, tier]));
    for (const { key, tier } of assigned) {
      const policy = policies.get(tier);
      if (policy) this.targets.set(key, { key, check: policy.checks[0].check, intervalMs: policy.probeIntervalMs });
    }
    this.version = version;
    const { agentId, shardCount } = this.agent;
    // Targets that its own policy file refuses are not measured, even if they are assigned.
    const measured = this.allow === null ? [...this.targets.values()] : [];
    this.simulated = new SimulatedAgent(agentId, measured, shardCount, 1);
  }

  private async measureTargets(): Promise<void> {
    const tally = new Tally();
    for (let secondMs = Math.ceil(Date.now() / SECOND_MS) * SECOND_MS; this.running; secondMs += SECOND_MS) {
      await pause(Math.max(0, secondMs + SECOND_MS - Date.now()));
      for (const body of this.simulated?.resultsOfSecond(secondMs, tally) ?? []) this.lane.add(body, undefined);
      void this.lane.shipQueued();
    }
  }

  private async sendReport(): Promise<void> {
    while (this.running) {
      await this.agent.sendReport(this.targets.size);
      await pause(REPORT_MS);
    }
  }
}
