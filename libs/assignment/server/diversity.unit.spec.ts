import type { AgentSelection } from '@icmp-mon/tiers/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentPool, type CandidateAgent, type Readiness } from './agent-pool';
import { assign } from './assign';
import { hashText, pairHash } from './hashes';
import { costOf } from './selection-steps';
import { shortfallOf } from './shortfall';

interface Demanded {
  count: number;
  minRegions: number;
  minProviders: number;
}

const selectionOf = ({ count, minRegions, minProviders }: Demanded): AgentSelection => ({
  ...{ strategy: 'distributed', count, regions: [], requireTags: {}, excludeTags: {} },
  diversity: { minRegions, minProviders },
});
const targetOf = (key: number): { key: number; ip: string; registeredAtMs: number } => ({
  ...{ key, ip: '192.0.2.1', registeredAtMs: 0 },
});

const agentsOf = (sizes: { minLength: number; maxLength: number }): fc.Arbitrary<CandidateAgent[]> =>
  fc.uniqueArray(fc.uuid(), sizes).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          ...{ id: fc.constant(id), tags: fc.constant({}) },
          region: fc.constantFrom('a', 'b', 'c', 'd'),
          provider: fc.constantFrom('p', 'q', 'r'),
          capacityPps: fc.constantFrom(1_024, 4_096),
          threshold: fc.constantFrom(0, 0, 2 ** 31, 2 ** 32),
        }),
      ),
    ),
  );
const demands = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    minRegions: fc.integer({ min: 1, max: count }),
    minProviders: fc.integer({ min: 1, max: Math.min(3, count) }),
  }),
);
const keys = fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 10 });

/** All sets of `count` agents, in lexicographic order. */
function* setsOf(agents: readonly CandidateAgent[], count: number, from = 0): Generator<CandidateAgent[]> {
  if (count === 0) yield [];
  for (let at = from; count > 0 && at <= agents.length - count; at++) {
    for (const rest of setsOf(agents, count - 1, at + 1)) yield [agents[at], ...rest];
  }
}

/** The definition: of all sets of agents that admit the target, as many regions as asked, then providers, then the first in the order of costs. */
function bestSet(
  key: number,
  agents: readonly CandidateAgent[],
  { count, minRegions, minProviders }: Demanded,
): string[] {
  const ordered = agents
    .map((agent) => ({ agent, hash: pairHash(key, hashText(agent.id)) }))
    .filter(({ agent, hash }) => hash >= (agent.threshold ?? 0))
    .map(({ agent, hash }) => ({ agent, cost: costOf(hash, 1 / (agent.capacityPps ?? 1)) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ agent }) => agent);
  let best: CandidateAgent[] = [];
  let bestMet = -1;
  for (const set of setsOf(ordered, Math.min(count, ordered.length))) {
    const regions = Math.min(minRegions, new Set(set.map(({ region }) => region)).size);
    const providers = Math.min(minProviders, new Set(set.map(({ provider }) => provider)).size);
    const met = regions * 10 + providers;
    if (met > bestMet) [best, bestMet] = [set, met];
  }
  return best.map(({ id }) => id).sort();
}

describe('diversity', () => {
  it('is met whenever it can be, by the first such set in the order of costs', () => {
    fc.assert(
      fc.property(agentsOf({ minLength: 1, maxLength: 24 }), demands, keys, (agents, demanded, targetKeys) => {
        const pool = agentPool(agents, selectionOf(demanded));
        for (const key of targetKeys) {
          expect(assign(targetOf(key), pool).selected).toEqual(bestSet(key, agents, demanded));
        }
      }),
    );
  });

  it('moves only the targets of a lost agent, with weights and demands', () => {
    fc.assert(
      fc.property(
        agentsOf({ minLength: 2, maxLength: 60 }),
        demands,
        keys,
        fc.nat(),
        (agents, demanded, targetKeys, pick) => {
          const lost = agents[pick % agents.length].id;
          const before = agentPool(agents, selectionOf(demanded));
          const after = agentPool(
            [...agents].reverse().filter(({ id }) => id !== lost),
            selectionOf(demanded),
          );
          for (const key of targetKeys) {
            const { selected } = assign(targetOf(key), before);
            if (!selected.includes(lost)) expect(assign(targetOf(key), after).selected).toEqual(selected);
          }
        },
      ),
    );
  });

  it('moves only the targets of an agent that is lost while others are lost or outdated', () => {
    const fleets = agentsOf({ minLength: 2, maxLength: 24 }).chain((agents) =>
      fc.tuple(
        ...agents.map((agent) =>
          fc.record({
            agent: fc.constant(agent),
            readiness: fc.constantFrom<Readiness>('ready', 'ready', 'lost'),
            outdatedSinceMs: fc.constantFrom(null, 0),
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(fleets, demands, keys, fc.nat(), (states, demanded, targetKeys, pick) => {
        const agents = states.map(({ agent, ...state }): CandidateAgent => ({ ...agent, ...state }));
        const lost = agents[pick % agents.length].id;
        const before = agentPool(agents, selectionOf(demanded));
        const after = agentPool(
          agents.map((agent) => (agent.id === lost ? { ...agent, readiness: 'lost' } : agent)),
          selectionOf(demanded),
        );
        for (const key of targetKeys) {
          const { selected } = assign(targetOf(key), before);
          if (!selected.includes(lost)) expect(assign(targetOf(key), after).selected).toEqual(selected);
        }
      }),
    );
  });

  it('states what is missing', () => {
    const agents = ['a', 'b', 'c'].map((id) => ({ id, region: 'eu', provider: id, tags: {} }));
    const short = (demanded: Demanded, some: readonly CandidateAgent[] = agents): unknown => {
      const pool = agentPool(some, selectionOf(demanded));
      assign(targetOf(1), pool);
      return shortfallOf(targetOf(1), pool);
    };
    expect(short({ count: 3, minRegions: 1, minProviders: 3 })).toBeNull();
    expect(short({ count: 3, minRegions: 2, minProviders: 3 })).toEqual({
      ...{ reason: 'too_few_regions', wanted: 2, placed: 1 },
    });
    expect(short({ count: 4, minRegions: 2, minProviders: 1 })).toEqual({
      ...{ reason: 'too_few_agents', wanted: 4, placed: 3 },
    });
    expect(short({ count: 2, minRegions: 1, minProviders: 1 }, [])).toEqual({
      ...{ reason: 'no_agents', wanted: 2, placed: 0 },
    });
    const full = agents.map((each) => ({ ...each, threshold: 2 ** 32 }));
    expect(short({ count: 2, minRegions: 1, minProviders: 1 }, full)).toEqual({
      ...{ reason: 'capacity', wanted: 2, placed: 0 },
    });
  });
});
