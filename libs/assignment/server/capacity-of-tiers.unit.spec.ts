import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { CLOSED } from './admission';
import { agentPool, type CandidateAgent } from './agent-pool';
import { CapacitySolver } from './capacity-solver';

const SELECTION: AgentSelection = {
  ...{ strategy: 'distributed', count: 2, regions: [], requireTags: {}, excludeTags: {} },
  diversity: { minRegions: 1, minProviders: 1 },
};
const KEYS = Array.from({ length: 280 }, (_, at) => at + 1);
const AGENTS: CandidateAgent[] = ['a', 'b', 'c'].map((id) => ({ id, region: 'eu', tags: {}, capacityPps: 190 }));

/** Raises the thresholds for targets that have these tiers in turn, given in this order; returns them by tier and agent. */
function thresholdsOf(
  agents: readonly CandidateAgent[],
  selections: readonly AgentSelection[],
  order: readonly number[],
): Record<string, number>[] {
  const pools = selections.map((selection) => agentPool(agents, selection));
  const targets = {
    ...{ keys: KEYS, ips: KEYS.map(() => '192.0.2.1'), registeredAtMs: KEYS.map(() => 0) },
    tiers: KEYS.map((key) => order.indexOf(key % pools.length)),
  };
  const capacities = new Map(agents.map(({ id, capacityPps }) => [id, capacityPps ?? Infinity]));
  const tiers = order.map((tier) => ({ pool: pools[tier], pps: 1 }));
  new CapacitySolver(tiers, targets, capacities).raiseThresholds();
  return pools.map((pool) => Object.fromEntries(pool.ids.map((id, at) => [id, pool.thresholds[at]])));
}

it('agents of several tiers are closed before they shed if an agent of any tier is lost, in any order of the tiers', () => {
  const agents: CandidateAgent[] = [...AGENTS, { ...AGENTS[0], id: 'lost', region: 'us', readiness: 'lost' }];
  const selections = [{ ...SELECTION, regions: ['eu'] }, SELECTION];
  const forward = thresholdsOf(agents, selections, [0, 1]);
  expect(thresholdsOf(agents, selections, [1, 0])).toEqual(forward);
  expect(Object.values(forward[0])).toContain(CLOSED);
});

it('agents shed without being closed before while others are only outdated', () => {
  const outdated = AGENTS.map((agent, at) => (at === 0 ? { ...agent, outdatedSinceMs: 1 } : agent));
  const short = [{ ...SELECTION, count: 3 }];
  const [thresholds] = thresholdsOf(outdated, short, [0]);
  expect(thresholdsOf(AGENTS, short, [0])).toEqual([thresholds]);
  expect(Math.min(...Object.values(thresholds))).toBeGreaterThan(CLOSED);
  expect(agentPool(outdated, SELECTION).ready.hasLost).toBe(false);
});
