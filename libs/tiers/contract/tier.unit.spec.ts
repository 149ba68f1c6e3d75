import { describe, expect, it } from 'vitest';
import { BUILT_IN_TIERS, completePolicy } from './tier';

describe('a stored policy', () => {
  const { diversity: _, ...selection } = BUILT_IN_TIERS.fast.agentSelection;

  it('of a release without diversity demands none', () => {
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, agentSelection: selection })).toEqual(BUILT_IN_TIERS.fast);
  });

  it('keeps the diversity that it states', () => {
    const agentSelection = { ...selection, diversity: { minRegions: 3, minProviders: 2 } };
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, agentSelection }).agentSelection).toEqual(agentSelection);
  });
});
