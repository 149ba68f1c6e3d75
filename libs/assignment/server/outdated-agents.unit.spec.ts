import type { AgentSelection } from '@icmp-mon/tiers/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentPool, type AgentPool, type CandidateAgent, type Readiness } from './agent-pool';
import { assign } from './assign';

const selection = (change: Partial<AgentSelection> = {}): AgentSelection => ({
  ...{ strategy: 'distributed', count: 1, regions: [], requireTags: {}, excludeTags: {} },
  diversity: { minRegions: 1, minProviders: 1 },
  ...change,
});
const ready = (id: string, readiness: Readiness = 'ready'): CandidateAgent => ({
  ...{ id, region: 'eu', tags: {}, readiness },
});
const outdated = (id: string, readiness: Readiness = 'ready'): CandidateAgent => ({
  ...ready(id, readiness),
  outdatedSinceMs: 500,
});
const choose = (key: number, pool: AgentPool, registeredAtMs: number): string[] =>
  assign({ key, ip: '192.0.2.1', registeredAtMs }, pool).selected;
const keys = fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 50 });
const KEYS = Array.from({ length: 200 }, (_, at) => at + 1);

describe('outdated agents', () => {
  it.each<[string, CandidateAgent]>([
    ['ready', ready('b')],
    ['outdated', outdated('b')],
  ])('that cannot be relied on give their targets to one that is %s', (_, other) => {
    for (const state of ['lost', 'draining', 'unheard', 900] as const) {
      const pool = agentPool([outdated('a', state), ready('c', state), other], selection());
      for (const key of KEYS) expect(choose(key, pool, 1_000)).toEqual(['b']);
    }
  });

  it('keep targets registered before they became outdated; others prefer agents that are not, and then those to lost and draining ones', () => {
    const before = agentPool([ready('a'), ready('b')], selection());
    const agents = [outdated('a'), ready('b'), ready('c', 'lost'), ready('d', 'draining')];
    const pool = agentPool(agents, selection());
    const two = agentPool(agents, selection({ count: 2 }));
    const three = agentPool(agents, selection({ count: 3 }));
    for (const key of KEYS) {
      expect(choose(key, pool, 499)).toEqual(choose(key, before, 0));
      expect(choose(key, pool, 500)).toEqual(['b']);
      expect(choose(key, two, 500)).toEqual(['a', 'b']);
      expect(choose(key, three, 500)).toEqual(['a', 'b', 'c']);
    }
  });

  it('are outdated and silent each since its own time', () => {
    const pool = agentPool([outdated('a', 900), ready('d', 'draining'), ready('l', 'lost')], selection({ count: 2 }));
    for (const key of KEYS) {
      expect(choose(key, pool, 499)).toEqual(['a', 'l']);
      expect(choose(key, pool, 899)).toEqual(['a', 'l']);
      expect(choose(key, pool, 900)).toContain('d');
    }
  });

  it('are selected as if none was outdated when all are', () => {
    const fleetOfStates = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 12 }).chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc.record({
            ...{ id: fc.constant(id), tags: fc.constant({}), outdatedSinceMs: fc.constant(500) },
            region: fc.constantFrom('eu', 'us'),
            readiness: fc.constantFrom<Readiness>('ready', 'ready', 'lost', 'draining', 'unheard', 900),
            capacityPps: fc.constantFrom(1_024, 4_096),
            threshold: fc.constantFrom(0, 0, 1, 2 ** 31),
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(fleetOfStates, keys, fc.constantFrom(700, 1_000), (candidates, targetKeys, registeredAtMs) => {
        const asked = selection({ count: 2, diversity: { minRegions: 2, minProviders: 1 } });
        const pool = agentPool(candidates, asked);
        const current = agentPool(
          candidates.map((candidate) => ({ ...candidate, outdatedSinceMs: null })),
          asked,
        );
        for (const key of targetKeys) {
          expect(choose(key, pool, registeredAtMs)).toEqual(choose(key, current, registeredAtMs));
        }
      }),
    );
  });
});
