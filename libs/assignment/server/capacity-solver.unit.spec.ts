import type { AgentSelection } from '@icmp-mon/tiers/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentPool, type AgentPool, type CandidateAgent } from './agent-pool';
import { assign } from './assign';
import { CapacitySolver, type TargetColumns } from './capacity-solver';

const SELECTION: AgentSelection = {
  ...{ strategy: 'distributed', count: 2, regions: [], requireTags: {}, excludeTags: {} },
  diversity: { minRegions: 1, minProviders: 1 },
};

interface Solved {
  selected: Map<number, string[]>;
  load: Map<string, number>;
}

/** Raises the pool's thresholds until the agents can carry the targets; each costs one packet per second. */
function raise(pool: AgentPool, agents: readonly CandidateAgent[], keys: readonly number[]): void {
  const capacities = new Map(agents.map(({ id, capacityPps }) => [id, capacityPps ?? Infinity]));
  const targets: TargetColumns = {
    keys: [...keys],
    ips: keys.map(() => '192.0.2.1'),
    registeredAtMs: keys.map(() => 0),
    tiers: keys.map(() => 0),
  };
  new CapacitySolver([{ pool, pps: 1 }], targets, capacities).raiseThresholds();
}

function selectedBy(pool: AgentPool, keys: readonly number[]): Map<number, string[]> {
  return new Map(keys.map((key) => [key, assign({ key, ip: '192.0.2.1', registeredAtMs: 0 }, pool).selected]));
}

function solve(agents: readonly CandidateAgent[], keys: readonly number[], selection = SELECTION): Solved {
  const pool = agentPool(agents, selection);
  raise(pool, agents, keys);
  const selected = selectedBy(pool, keys);
  const load = new Map(agents.map(({ id }) => [id, [...selected.values()].filter((ids) => ids.includes(id)).length]));
  return { selected, load };
}

const fleet = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 12 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc.record({
        id: fc.constant(id),
        region: fc.constantFrom('eu', 'us', 'ap'),
        provider: fc.constantFrom('p', 'q'),
        tags: fc.constant({}),
        capacityPps: fc.integer({ min: 0, max: 40 }),
      }),
    ),
  ),
);
const keysOf = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 80 });

describe('capacity', () => {
  it('is never exceeded, and every agent that a target lacks is full', () => {
    fc.assert(
      fc.property(fleet, keysOf, (agents, keys) => {
        const { selected, load } = solve(agents, keys);
        for (const { id, capacityPps } of agents) expect(load.get(id)).toBeLessThanOrEqual(capacityPps);
        for (const ids of selected.values()) {
          if (ids.length === SELECTION.count) continue;
          const free = agents.filter(({ id, capacityPps }) => !ids.includes(id) && (load.get(id) ?? 0) < capacityPps);
          expect(free).toEqual([]);
        }
      }),
    );
  });

  it('selects the same in any order of targets and agents', () => {
    fc.assert(
      fc.property(fleet, keysOf, (agents, keys) => {
        const forward = solve(agents, keys);
        const backward = solve([...agents].reverse(), [...keys].reverse());
        for (const key of keys) expect(forward.selected.get(key)).toEqual(backward.selected.get(key));
      }),
    );
  });

  it('selects the same when targets arrive one after the other', () => {
    fc.assert(
      fc.property(fleet, keysOf, (agents, keys) => {
        const together = solve(agents, keys);
        const pool = agentPool(agents, SELECTION);
        // Thresholds continue from the step before.
        for (let known = 1; known <= keys.length; known++) raise(pool, agents, keys.slice(0, known));
        expect(selectedBy(pool, keys)).toEqual(together.selected);
      }),
    );
  });

  it('follows the weights when it is plenty', () => {
    const agents = [4_000, 1_000].map((capacityPps, at) => ({ id: `${at}`, region: 'eu', tags: {}, capacityPps }));
    const keys = Array.from({ length: 1_000 }, (_, at) => at + 1);
    const { load } = solve(agents, keys, { ...SELECTION, count: 1 });
    expect(load.get('0')).toBeGreaterThan(760);
    expect(load.get('0')).toBeLessThan(840);
  });

  it('moves few targets besides those of a lost agent, although other agents are full', () => {
    const agents = Array.from({ length: 20 }, (_, at) => ({
      ...{ id: `agent-${at}`, region: `r${at % 4}`, provider: `p${at % 3}`, tags: {} },
      capacityPps: at % 3 === 0 ? 352 : 590,
    }));
    const diverse = { ...SELECTION, diversity: { minRegions: 2, minProviders: 2 } };
    const keys = Array.from({ length: 4_500 }, (_, at) => at + 1);
    const before = agentPool(agents, diverse);
    raise(before, agents, keys);
    const after = agentPool(
      agents.slice(1).map((agent) => ({ ...agent, threshold: before.thresholds[before.ids.indexOf(agent.id)] })),
      diverse,
    );
    raise(after, agents, keys);
    const [was, is] = [before, after].map((pool) => selectedBy(pool, keys));
    const unavoidable = keys.filter((key) => was.get(key)?.includes('agent-0')).length;
    const moved = keys.filter((key) => `${was.get(key)}` !== `${is.get(key)}`).length;
    expect(before.thresholds.filter((threshold) => threshold > 0).length).toBeGreaterThan(0);
    expect(unavoidable).toBeGreaterThan(100);
    expect(moved / unavoidable).toBeLessThan(1.5);
  });
});
