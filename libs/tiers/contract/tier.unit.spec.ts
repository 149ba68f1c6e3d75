import { describe, expect, it } from 'vitest';
import { BUILT_IN_TIERS, completePolicy } from './tier';

describe('a stored policy', () => {
  const { diversity: _, ...selection } = BUILT_IN_TIERS.fast.agentSelection;

  it('of a release without diversity demands none', () => {
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, agentSelection: selection })).toEqual(BUILT_IN_TIERS.fast);
  });

  it('of a release with three members of the rule has the defaults of the others', () => {
    const { missesToFail, successesToRecover, quorum } = BUILT_IN_TIERS.fast.verdictRule;
    const verdictRule = { missesToFail, successesToRecover, quorum };
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, verdictRule })).toEqual(BUILT_IN_TIERS.fast);
    const stated = { ...verdictRule, confirm: false, degraded: { latencyMs: 90, lossPercent: null } };
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, verdictRule: stated }).verdictRule).toMatchObject(stated);
  });

  it('keeps the diversity that it states', () => {
    const agentSelection = { ...selection, diversity: { minRegions: 3, minProviders: 2 } };
    expect(completePolicy({ ...BUILT_IN_TIERS.fast, agentSelection }).agentSelection).toEqual(agentSelection);
  });
});
