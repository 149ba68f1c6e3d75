import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { agentPool, type AgentPool, type CandidateAgent, isEligible, type Readiness } from './agent-pool';
import { assign, type Selection } from './assign';
import { PolicyRanges } from './policy-ranges';

const selection = (change: Partial<AgentSelection> = {}): AgentSelection => ({
  strategy: 'distributed',
  count: 1,
  regions: [],
  ...{ requireTags: {}, excludeTags: {} },
  diversity: { minRegions: 1, minProviders: 1 },
  ...change,
});
const agent = (id: string, region = 'eu', tags: Record<string, string> = {}): CandidateAgent => ({ id, region, tags });
const fleet = (size: number): CandidateAgent[] =>
  Array.from({ length: size }, (_, at) => agent(`0193a0c0-0000-7000-8000-${at.toString(16).padStart(12, '0')}`));
const agents = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 40 }).map((ids) => ids.map((id) => agent(id)));
const keys = fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 50 });

describe('agents', () => {
  it('are all eligible when the tier restricts nothing', () => {
    expect(isEligible(agent('a', 'us', { site: 'x' }), selection())).toBe(true);
  });

  it('are eligible in one of the regions', () => {
    const european = selection({ regions: ['eu', 'uk'] });
    expect(isEligible(agent('a', 'uk'), european)).toBe(true);
    expect(isEligible(agent('a', 'us'), european)).toBe(false);
  });

  it('are eligible with every required tag', () => {
    const tagged = selection({ requireTags: { site: 'ams', ring: '1' } });
    expect(isEligible(agent('a', 'eu', { site: 'ams', ring: '1', more: 'x' }), tagged)).toBe(true);
    expect(isEligible(agent('a', 'eu', { site: 'ams' }), tagged)).toBe(false);
  });

  it('are eligible without any excluded tag', () => {
    const excluding = selection({ excludeTags: { state: 'draining' } });
    expect(isEligible(agent('a', 'eu', { state: 'draining' }), excluding)).toBe(false);
    expect(isEligible(agent('a', 'eu', { state: 'ready' }), excluding)).toBe(true);
  });
});

const NOTHING = new PolicyRanges({ allow: null, deny: [], stopped: true, packetsPerSecond: 1 });
const choose = (key: number, pool: AgentPool, registeredAtMs = 0): Selection =>
  assign({ key, ip: '192.0.2.1', registeredAtMs }, pool);
const selectedFor = (key: number, pool: AgentPool): string[] => choose(key, pool).selected;
const ready = (id: string, readiness: Readiness): CandidateAgent => ({ ...agent(id), readiness });
const refusing = (id: string, readiness: Readiness = 'ready'): CandidateAgent => ({
  ...ready(id, readiness),
  policy: NOTHING,
});
const KEYS = Array.from({ length: 200 }, (_, at) => at + 1);

describe('assign', () => {
  it('selects no agent when none is eligible', () => {
    expect(selectedFor(1, agentPool([], selection()))).toEqual([]);
    expect(selectedFor(1, agentPool([agent('a', 'us')], selection({ regions: ['eu'] })))).toEqual([]);
  });

  it('selects all eligible agents with the strategy all', () => {
    expect(
      selectedFor(
        7,
        agentPool([agent('b'), agent('a'), agent('c', 'us')], selection({ strategy: 'all', regions: ['eu'] })),
      ),
    ).toEqual(['a', 'b']);
  });

  it('selects the requested number of distinct agents, or all if there are fewer', () => {
    fc.assert(
      fc.property(agents, keys, fc.integer({ min: 1, max: 8 }), (candidates, targetKeys, count) => {
        const pool = agentPool(candidates, selection({ count }));
        for (const key of targetKeys) {
          expect(new Set(selectedFor(key, pool)).size).toBe(Math.min(count, candidates.length));
        }
      }),
    );
  });

  it('does not depend on the order of the agents', () => {
    fc.assert(
      fc.property(agents, keys, (candidates, targetKeys) => {
        const forward = agentPool(candidates, selection({ count: 3 }));
        const backward = agentPool([...candidates].reverse(), selection({ count: 3 }));
        for (const key of targetKeys) expect(selectedFor(key, forward)).toEqual(selectedFor(key, backward));
      }),
    );
  });

  it('moves only the targets of a lost agent, and replaces only that agent', () => {
    fc.assert(
      fc.property(agents, keys, fc.nat(), (candidates, targetKeys, pick) => {
        const lost = candidates[pick % candidates.length];
        const before = agentPool(candidates, selection({ count: 3 }));
        const after = agentPool(
          candidates.filter((candidate) => candidate !== lost),
          selection({ count: 3 }),
        );
        for (const key of targetKeys) {
          const kept = selectedFor(key, before).filter((id) => id !== lost.id);
          expect(selectedFor(key, after)).toEqual(expect.arrayContaining(kept));
        }
      }),
    );
  });

  it('distributes 100,000 targets: no agent deviates from its share by more than a tenth', () => {
    const size = 10;
    const pool = agentPool(fleet(size), selection());
    const load = new Map<string, number>();
    for (let key = 1; key <= 100_000; key++) {
      const [id] = selectedFor(key, pool);
      load.set(id, (load.get(id) ?? 0) + 1);
    }
    expect(load.size).toBe(size);
    for (const targets of load.values()) {
      expect(targets).toBeGreaterThan(9_000);
      expect(targets).toBeLessThan(11_000);
    }
  });
});

describe('agents that cannot be relied on', () => {
  const all = selection({ strategy: 'all' });

  it.each<[Readiness]>([['lost'], ['draining'], ['unheard']])(
    'in state %s get no target while another is ready',
    (state) => {
      const pool = agentPool([ready('a', state), ready('b', 'ready')], selection());
      for (const key of KEYS) expect(selectedFor(key, pool)).toEqual(['b']);
    },
  );

  it.each<[Readiness]>([['lost'], ['draining'], ['unheard'], [500]])(
    'in state %s get their share when none is ready',
    (state) => {
      const before = agentPool([agent('a'), agent('b')], selection());
      const pool = agentPool([ready('a', state), ready('b', state)], selection());
      for (const key of KEYS) expect(choose(key, pool, 1_000).selected).toEqual(selectedFor(key, before));
    },
  );

  it('keep targets registered before they fell silent, and get none registered later', () => {
    const before = agentPool([agent('a'), agent('b')], selection());
    const pool = agentPool([ready('a', 500), ready('b', 'ready')], selection());
    for (const key of KEYS) {
      expect(choose(key, pool, 499).selected).toEqual(selectedFor(key, before));
      expect(choose(key, pool, 500).selected).toEqual(['b']);
    }
  });

  it('count for the quorum if no agent can replace them, unless they are unheard or draining', () => {
    const agents = [ready('a', 'ready'), ready('b', 'lost'), ready('c', 'unheard'), ready('d', 'draining')];
    expect(selectedFor(1, agentPool(agents, all))).toEqual(['a', 'b']);
    expect(selectedFor(1, agentPool(agents, selection({ count: 3 })))).toEqual(['a', 'b']);
    expect(selectedFor(1, agentPool(agents, selection({ count: 1 })))).toEqual(['a']);
    expect(selectedFor(1, agentPool(agents.slice(1), selection({ count: 1 })))).toEqual(['d']);
  });

  it('move only their own targets', () => {
    const fleetOf5 = ['a', 'b', 'c', 'd', 'e'];
    const before = agentPool(
      fleetOf5.map((id) => agent(id)),
      selection(),
    );
    const after = agentPool(
      fleetOf5.map((id) => ready(id, id === 'c' ? 'lost' : 'ready')),
      selection(),
    );
    for (const key of KEYS) {
      const had = selectedFor(key, before);
      if (had[0] !== 'c') expect(selectedFor(key, after)).toEqual(had);
      else expect(selectedFor(key, after)).not.toEqual(had);
    }
  });
});

describe('agents whose policy refuses the address', () => {
  it('are not selected, and are named if they would have been selected', () => {
    const before = agentPool([agent('a'), agent('b')], selection());
    const pool = agentPool([refusing('a'), agent('b')], selection());
    for (const key of KEYS) {
      const refusedBy = selectedFor(key, before)[0] === 'a' ? ['a'] : [];
      expect(choose(key, pool)).toEqual({ selected: ['b'], refusedBy });
    }
  });

  it('are selected and named when all refuse', () => {
    const before = agentPool([agent('a'), agent('b')], selection());
    const pool = agentPool([refusing('a'), refusing('b')], selection());
    for (const key of KEYS) {
      const chosen = selectedFor(key, before);
      expect(choose(key, pool)).toEqual({ selected: chosen, refusedBy: chosen });
    }
  });

  it('are not selected, also with the strategy all', () => {
    const pool = agentPool([refusing('a'), agent('b'), ready('c', 'lost')], selection({ strategy: 'all' }));
    expect(choose(1, pool)).toEqual({ selected: ['b', 'c'], refusedBy: ['a'] });
  });

  it('refuse by address', () => {
    const policy = new PolicyRanges({ allow: ['10.0.0.0/8'], deny: [], stopped: false, packetsPerSecond: 1 });
    const pool = agentPool([{ ...agent('a'), policy }, agent('b')], selection({ strategy: 'all' }));
    const of = (ip: string): Selection => assign({ key: 1, ip, registeredAtMs: 0 }, pool);
    expect(of('10.1.2.3')).toEqual({ selected: ['a', 'b'], refusedBy: [] });
    expect(of('11.1.2.3')).toEqual({ selected: ['b'], refusedBy: ['a'] });
    expect(of('2001:db8::1')).toEqual({ selected: ['b'], refusedBy: ['a'] });
  });
});
