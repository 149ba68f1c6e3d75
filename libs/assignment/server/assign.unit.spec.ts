import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { agentPool, assign, isEligible, type CandidateAgent } from './assign';

const selection = (change: Partial<AgentSelection> = {}): AgentSelection => ({
  strategy: 'distributed',
  count: 1,
  regions: [],
  requireTags: {},
  excludeTags: {},
  ...change,
});
const agent = (id: string, region = 'eu', tags: Record<string, string> = {}): CandidateAgent => ({ id, region, tags });
const fleet = (size: number): CandidateAgent[] =>
  Array.from({ length: size }, (_, at) => agent(`0193a0c0-0000-7000-8000-${at.toString(16).padStart(12, '0')}`));
const agents = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 40 }).map((ids) => ids.map((id) => agent(id)));
const keys = fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { minLength: 1, maxLength: 50 });

describe('eligible agents', () => {
  it('are all when the tier restricts nothing', () => {
    expect(isEligible(agent('a', 'us', { site: 'x' }), selection())).toBe(true);
  });

  it('are in one of the regions', () => {
    const european = selection({ regions: ['eu', 'uk'] });
    expect(isEligible(agent('a', 'uk'), european)).toBe(true);
    expect(isEligible(agent('a', 'us'), european)).toBe(false);
  });

  it('have every tag required', () => {
    const tagged = selection({ requireTags: { site: 'ams', ring: '1' } });
    expect(isEligible(agent('a', 'eu', { site: 'ams', ring: '1', more: 'x' }), tagged)).toBe(true);
    expect(isEligible(agent('a', 'eu', { site: 'ams' }), tagged)).toBe(false);
  });

  it('have no tag excluded', () => {
    const excluding = selection({ excludeTags: { state: 'draining' } });
    expect(isEligible(agent('a', 'eu', { state: 'draining' }), excluding)).toBe(false);
    expect(isEligible(agent('a', 'eu', { state: 'ready' }), excluding)).toBe(true);
  });
});

describe('assign', () => {
  it('gives no agent when none is eligible', () => {
    expect(assign(1, agentPool([], selection()))).toEqual([]);
    expect(assign(1, agentPool([agent('a', 'us')], selection({ regions: ['eu'] })))).toEqual([]);
  });

  it('gives all eligible agents when the strategy is all', () => {
    expect(
      assign(7, agentPool([agent('b'), agent('a'), agent('c', 'us')], selection({ strategy: 'all', regions: ['eu'] }))),
    ).toEqual(['a', 'b']);
  });

  it('gives as many different agents as asked for, or as there are', () => {
    fc.assert(
      fc.property(agents, keys, fc.integer({ min: 1, max: 8 }), (candidates, targetKeys, count) => {
        const pool = agentPool(candidates, selection({ count }));
        for (const key of targetKeys) {
          expect(new Set(assign(key, pool)).size).toBe(Math.min(count, candidates.length));
        }
      }),
    );
  });

  it('does not depend on the order of the agents', () => {
    fc.assert(
      fc.property(agents, keys, (candidates, targetKeys) => {
        const forward = agentPool(candidates, selection({ count: 3 }));
        const backward = agentPool([...candidates].reverse(), selection({ count: 3 }));
        for (const key of targetKeys) expect(assign(key, forward)).toEqual(assign(key, backward));
      }),
    );
  });

  it('moves only the targets of an agent that is lost, and replaces only that agent', () => {
    fc.assert(
      fc.property(agents, keys, fc.nat(), (candidates, targetKeys, pick) => {
        const lost = candidates[pick % candidates.length];
        const before = agentPool(candidates, selection({ count: 3 }));
        const after = agentPool(
          candidates.filter((candidate) => candidate !== lost),
          selection({ count: 3 }),
        );
        for (const key of targetKeys) {
          const kept = assign(key, before).filter((id) => id !== lost.id);
          expect(assign(key, after)).toEqual(expect.arrayContaining(kept));
        }
      }),
    );
  });

  it('spreads targets over agents: none has a tenth more or less than its share of 100,000', () => {
    const size = 10;
    const pool = agentPool(fleet(size), selection());
    const load = new Map<string, number>();
    for (let key = 1; key <= 100_000; key++) {
      const [id] = assign(key, pool);
      load.set(id, (load.get(id) ?? 0) + 1);
    }
    expect(load.size).toBe(size);
    for (const targets of load.values()) {
      expect(targets).toBeGreaterThan(9_000);
      expect(targets).toBeLessThan(11_000);
    }
  });
});
