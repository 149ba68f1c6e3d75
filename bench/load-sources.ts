import { setTimeout as pause } from 'node:timers/promises';
import type { Fleet } from './fleet/fleet';
import { Tally } from './fleet/tally';
import { metricOf } from './load-report';
import type { BenchProduct } from './product';

const WINDOW_MS = 300_000;
const ASSIGNED_WITHIN_MS = 600_000;
/** Time until the agent has stopped: it reads its policy file every 2 s and finishes the probes in flight. */
const STOPPED_WITHIN_MS = 10_000;

/** Source of the results: simulated agents, or the product's own agent with fping. */
export interface Source {
  readCounts(): Promise<{ generated: number; accepted: number }>;
  /** Stops it; returns the results to find in the windows of [fromMs, toMs), as a count or as a tally. */
  settleSource(): Promise<{ expected: Tally | number; fromMs: number; toMs: number }>;
}

/** Simulated agents that send live results of their assigned targets. */
export async function fleetSource(fleet: Fleet, targets: number): Promise<Source> {
  await fleet.callFleet('targets', { expectedPerAgent: targets });
  await fleet.callFleet('live', {});
  return {
    async readCounts() {
      const { generated, queued, skippedSeconds } = await fleet.callFleet('counts', {});
      if (skippedSeconds > 0) throw new Error(`The fleet's queues are full: ${skippedSeconds} seconds were not sent.`);
      return { generated, accepted: generated - queued };
    },
    async settleSource() {
      const { tally, fromMs, toMs } = await fleet.callFleet('settle', {});
      return { expected: Tally.from(tally), fromMs, toMs };
    },
  };
}

/** The real agent counts the results in its spool; its own counters are the reference. */
export async function agentSource(product: BenchProduct, targets: number): Promise<Source> {
  const counter = async (name: string): Promise<number> => (await metricOf(product, 'agent', name)) ?? 0;
  const deadlineMs = performance.now() + ASSIGNED_WITHIN_MS;
  while ((await counter('icmpmon_agent_targets')) < targets && performance.now() < deadlineMs) await pause(1_000);
  return {
    async readCounts() {
      const generated = await counter('icmpmon_agent_spooled_results_total');
      return { generated, accepted: await counter('icmpmon_agent_shipped_results_total') };
    },
    async settleSource() {
      // `stopped` in the policy file ends probing; the agent still ships the results so far.
      product.setAgentPolicy('allow: [127.0.0.0/8]\nstopped: true\n');
      await pause(STOPPED_WITHIN_MS);
      const expected = await counter('icmpmon_agent_spooled_results_total');
      return { expected, fromMs: 0, toMs: Date.now() + WINDOW_MS };
    },
  };
}
