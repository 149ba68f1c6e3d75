import { BUILT_IN_TIERS, type TierEvent } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { defineBuiltIn, TIER, type TierState } from './tier';

const given = (...events: TierEvent[]): TierState => events.reduce<TierState>(TIER.evolve, TIER.initial);
const DEFINED: TierEvent = { type: 'TierDefined', data: { name: 'fast', builtIn: true, policy: BUILT_IN_TIERS.fast } };

describe('a built-in tier', () => {
  it('given no events, is defined', () => {
    expect(defineBuiltIn(given(), 'fast', BUILT_IN_TIERS.fast)).toEqual([DEFINED]);
  });

  it('given a definition, is unchanged', () => {
    expect(defineBuiltIn(given(DEFINED), 'fast', BUILT_IN_TIERS.standard)).toEqual([]);
  });
});
