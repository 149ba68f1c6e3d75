import type { HealthFacts } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import type { StoredPlacementCount } from './placement-counts';
import { PLACEMENT_PART } from './placement-health';

const read = (counts: StoredPlacementCount[]) =>
  PLACEMENT_PART.readPart({ control: { query: () => Promise.resolve(counts) } } as unknown as HealthFacts);

describe('the health part of the placement', () => {
  it('is ok when every target is placed as asked', async () => {
    expect(await read([])).toMatchObject({ state: 'ok', advice: null, rows: [] });
  });

  it('names the largest causes over all tiers, and the next step for the largest', async () => {
    const part = await read([
      { tier: 'gold', reason: 'too_few_regions', count: 1_500, unprobed: 0 },
      { tier: 'gold', reason: 'capacity', count: 1_000, unprobed: 10 },
      { tier: 'fast', reason: 'capacity', count: 900, unprobed: 0 },
      { tier: 'fast', reason: 'refused', count: 3, unprobed: 3 },
      { tier: 'lab', reason: 'no_agents', count: 2, unprobed: 2 },
    ]);
    expect(part).toMatchObject({
      state: 'attention',
      summary:
        '3,405 targets not placed as asked, 15 of them not probed: eligible agents are at their capacity (1,900), ' +
        'the tier asks for more regions than have an eligible agent (1,500), ' +
        'the policy files of all eligible agents refuse the address (3) and 1 more',
      advice:
        'Add an agent, raise the capacity of one, or probe less often. The filter placement=capacity lists them on the page Targets.',
    });
    expect(part.rows[0]).toEqual({
      state: 'attention',
      values: { tier: 'gold', reason: 'too_few_regions', targets: 1_500, unprobed: 0 },
    });
  });

  it('limits its rows, and counts all targets', async () => {
    const counts = Array.from({ length: 700 }, (_, at) => ({
      ...{ tier: `tier-${at}`, count: 1, unprobed: 0 },
      reason: 'too_few_agents' as const,
    }));
    const { rows, summary } = await read(counts);
    expect(rows).toHaveLength(600);
    expect(summary).toBe('700 targets not placed as asked: the tier asks for more agents than are eligible (700)');
  });
});
