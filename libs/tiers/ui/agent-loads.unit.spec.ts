import { describe, expect, it } from 'vitest';
import { agentLoads } from './agent-loads';
import type { PreviewedAgent } from '@icmp-mon/assignment/contract';

const agent = (name: string, change: Partial<PreviewedAgent>): PreviewedAgent => ({
  ...{ id: name, name, region: 'fra', provider: 'a', targetsBefore: 100, targetsAfter: 100 },
  ...{ ppsBefore: 10, ppsAfter: 10, capacityPps: 100 },
  ...change,
});

describe('the loads of a preview', () => {
  it('begin with agents above capacity, then the largest changes', () => {
    const loads = agentLoads([
      agent('same', {}),
      agent('less', { ppsAfter: 2 }),
      agent('over', { ppsBefore: 100, ppsAfter: 101 }),
      agent('more', { ppsAfter: 60, targetsAfter: 600 }),
    ]);
    expect(loads.map(({ name, isOver, isChanged }) => [name, isOver, isChanged])).toEqual([
      ['over', true, true],
      ['more', false, true],
      ['less', false, true],
      ['same', false, false],
    ]);
    expect(loads.map(({ share }) => share)).toEqual([1.01, 0.6, 0.02, 0.1]);
  });

  it('have no share without a capacity', () => {
    expect(agentLoads([agent('any', { capacityPps: null })])).toMatchObject([{ share: null, isOver: false }]);
  });
});
