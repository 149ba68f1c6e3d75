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
/** The same agents, some of which are lost. */
const fleetWithLost = fleet.chain((agents) =>
  fc.tuple(
    ...agents.map((agent) => fc.boolean().map((isLost) => (isLost ? { ...agent, readiness: 'lost' as const } : agent))),
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

  it.each([
    ['ready', fleet],
    ['ready and lost', fleetWithLost],
  ])('selects the same in any order of targets and agents: %s ones', (_, some) => {
    fc.assert(
      fc.property(some, keysOf, (agents, keys) => {
        const forward = solve(agents, keys);
        const backward = solve([...agents].reverse(), [...keys].reverse());
        for (const key of keys) expect(forward.selected.get(key)).toEqual(backward.selected.get(key));
      }),
    );
  });

  it.each([
    ['ready', fleet],
    ['ready and lost', fleetWithLost],
  ])('selects the same when targets arrive one after the other: %s agents', (_, some) => {
    fc.assert(
      fc.property(some, keysOf, (agents, keys) => {
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

  it('is never exceeded when agents are lost', () => {
    fc.assert(
      fc.property(fleetWithLost, keysOf, (agents, keys) => {
        const { load } = solve(agents, keys);
        for (const { id, capacityPps } of agents) expect(load.get(id)).toBeLessThanOrEqual(capacityPps);
      }),
    );
  });
});

describe('an agent that leaves while others are full', () => {
  // Weights are rounded, so that the small agents get more than they can carry.
  const agents: CandidateAgent[] = Array.from({ length: 20 }, (_, at) => ({
    ...{ id: `agent-${at}`, region: `r${at % 4}`, provider: `p${at % 3}`, tags: {} },
    capacityPps: at % 3 === 0 ? 333 : 663,
  }));
  const keys = Array.from({ length: 4_900 }, (_, at) => at + 1);

  /** Returns the agents of each target before, while agent-0 is lost or after it is removed, and after it returned. */
  function selections(selection: AgentSelection, change: 'lost' | 'removed'): Map<number, string[]>[] {
    const pools = [agentPool(agents, selection)];
    raise(pools[0], agents, keys);
    expect(pools[0].thresholds.filter((threshold) => threshold > 0).length).toBeGreaterThan(0);
    for (const isAway of [true, false]) {
      const last = pools[pools.length - 1];
      const kept = agents.map((agent): CandidateAgent => {
        const threshold = last.thresholds[last.ids.indexOf(agent.id)];
        return { ...agent, threshold, readiness: isAway && agent.id === 'agent-0' ? 'lost' : 'ready' };
      });
      pools.push(agentPool(change === 'lost' || !isAway ? kept : kept.slice(1), selection));
      raise(pools[pools.length - 1], agents, keys);
    }
    return pools.map((pool) => selectedBy(pool, keys));
  }

  const movedKeys = (was: Map<number, string[]>, is: Map<number, string[]>): number[] =>
    keys.filter((key) => `${was.get(key)}` !== `${is.get(key)}`);
  const ownKeys = (was: Map<number, string[]>): number[] => keys.filter((key) => was.get(key)?.includes('agent-0'));

  it.each([
    ['one region', { minRegions: 1, minProviders: 1 }],
    ['two regions', { minRegions: 2, minProviders: 1 }],
    ['two regions and providers', { minRegions: 2, minProviders: 2 }],
  ])('moves only its own targets when it is lost, which return to it: %s', (_, diversity) => {
    const [before, during, after] = selections({ ...SELECTION, diversity }, 'lost');
    expect(movedKeys(before, during)).toEqual(ownKeys(before));
    expect(ownKeys(before).length).toBeGreaterThan(100);
    expect(after).toEqual(before);
  });

  it('moves few other targets when it is removed', () => {
    const diverse = { ...SELECTION, diversity: { minRegions: 2, minProviders: 2 } };
    const [before, after] = selections(diverse, 'removed');
    expect(movedKeys(before, after).length / ownKeys(before).length).toBeLessThan(1.5);
  });
});
