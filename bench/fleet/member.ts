import { setTimeout as pause } from 'node:timers/promises';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { jsonOf, type TestAgent, TestLane } from '@icmp-mon/probing/agent/testing';
import { DeltaReader } from '../delta-reader';
import type { TargetSource } from './messages';
import { SimulatedAgent, type ShardBody, type SimulatedTarget } from './simulated-agent';
import type { Tally } from './tally';

const SECOND_MS = 1_000;
const SEED = 1;
const REPEATED_SHARE = 0.01;
/** Share of delayed results, small enough that the 99th percentile of freshness describes results without a delay. */
const LATE_SHARE = 0.001;
const LATE_SECONDS_MAX = 20;
/** Agents that follow their assignments begin with new targets this often. */
const FOLLOW_EVERY_MS = 2_000;
const ASSIGNED_WITHIN_MS = 1_200_000;

/** An enrolled agent with simulated results and its lanes; some results are delayed or sent twice. */
export class FleetMember {
  readonly live: TestLane;
  readonly backfill: TestLane;
  nextSecondMs = 0;
  readonly reader: DeltaReader;
  private probed = { version: 0, atMs: 0 };
  private simulated: SimulatedAgent | null = null;
  private late: { dueMs: number; body: ShardBody }[] = [];

  constructor(
    readonly agent: TestAgent,
    boot: number,
  ) {
    this.live = new TestLane(agent, 'live', { boot });
    this.backfill = new TestLane(agent, 'backfill', { boot });
    this.reader = new DeltaReader(agent);
  }

  /** Sets the targets; returns their number. */
  async measure(source: TargetSource): Promise<number> {
    const { agentId, shardCount } = this.agent;
    const targets =
      'keys' in source
        ? source.keys.map((key) => ({ key, intervalMs: source.intervalMs, check: source.check }))
        : await assignedTo(this.agent, source.expectedPerAgent);
    this.simulated = new SimulatedAgent(agentId, targets, shardCount, SEED);
    return targets.length;
  }

  /** Takes the targets that the gateway has assigned since the last time, as the reader received them. */
  followAssigned(nowMs: number): void {
    const { version, keys, tiers } = this.reader;
    if (version === this.probed.version || nowMs - this.probed.atMs < FOLLOW_EVERY_MS) return;
    this.probed = { version, atMs: nowMs };
    const targets = [...keys].flatMap(([key, name]) => {
      const { checks = [], probeIntervalMs = 0 } = tiers.get(name) ?? {};
      return checks.map(({ check }) => ({ key, check, intervalMs: probeIntervalMs }));
    });
    this.simulated = new SimulatedAgent(this.agent.agentId, targets, this.agent.shardCount, SEED);
  }

  beQuiet(quiet: boolean): void {
    this.simulated?.beQuiet(quiet);
  }

  /** Queues the results of one second, and the delayed ones that are due at `nowMs`. */
  queueSecond(secondMs: number, tally: Tally, nowMs: number): void {
    for (const body of this.simulated?.resultsOfSecond(secondMs, tally) ?? []) {
      const dice = Math.random();
      if (dice < LATE_SHARE) {
        this.late.push({ dueMs: secondMs + Math.random() * LATE_SECONDS_MAX * SECOND_MS, body });
      } else this.live.add(body, undefined, dice > 1 - REPEATED_SHARE);
    }
    this.queueLate(nowMs);
  }

  /** Queues the delayed results that are due at `nowMs`. */
  queueLate(nowMs = Infinity): void {
    const due = this.late.filter(({ dueMs }) => dueMs <= nowMs);
    if (due.length === 0) return;
    this.late = this.late.filter(({ dueMs }) => dueMs > nowMs);
    for (const { body } of due) this.backfill.add(body, undefined);
  }

  /** Ships both lanes; resolves when their queues are empty. */
  async shipQueued(): Promise<void> {
    await Promise.all([this.live.shipQueued(), this.backfill.shipQueued()]);
  }
}

/** Polls until the expected number of targets is assigned. */
async function assignedTo(agent: TestAgent, expected: number): Promise<SimulatedTarget[]> {
  const deadlineMs = performance.now() + ASSIGNED_WITHIN_MS;
  for (;;) {
    const answer = await agent.client.sendRequest('/v1/assignments?since=0');
    const { tiers, assigned } =
      answer.status === 200 ? jsonOf<AssignmentsResponse>(answer) : { tiers: [], assigned: [] };
    if (assigned.length >= expected) {
      const byName = new Map(tiers.map((tier) => [tier.tier, tier]));
      return assigned.flatMap(({ key, tier }) => {
        const policy = byName.get(tier);
        return policy ? policy.checks.map(({ check }) => ({ key, check, intervalMs: policy.probeIntervalMs })) : [];
      });
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`${assigned.length} of ${expected} targets are assigned to ${agent.agentId} (${answer.status}).`);
    }
    await pause(SECOND_MS);
  }
}
