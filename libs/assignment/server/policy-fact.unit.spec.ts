import { feedFactFault } from '@icmp-mon/probing/contract';
import { BUILT_IN_TIERS, type VerdictRule } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { policyFact } from './policy-fact';

const { standard } = BUILT_IN_TIERS;
const factOf = (rule: Partial<VerdictRule>) => {
  const diversity = { minRegions: 2, minProviders: 3 };
  const agentSelection = { ...standard.agentSelection, count: 3, diversity };
  return policyFact('gold', 7, { ...standard, agentSelection, verdictRule: { ...standard.verdictRule, ...rule } });
};

describe('the policy in the logs of shards', () => {
  it('states what verdicts and statuses depend on', () => {
    const fact = factOf({ hourOfWeek: true, degraded: { latencyMs: 90, lossPercent: null } });
    expect(fact).toEqual({
      ...{ kind: 'policy', tier: 'gold', policyVersion: 7, intervalMs: 15_000, timeoutMs: 1_000 },
      ...{ missesToFail: 2, successesToRecover: 1, quorum: 'majority', hourOfWeek: true },
      checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
      degraded: { latencyMs: 90, lossPercent: null },
    });
    expect(feedFactFault(fact)).toBeUndefined();
  });

  it('states how many groups of independent voters are required', () => {
    expect(factOf({}).voters).toBeUndefined();
    expect(factOf({ independentVoters: 'providers' }).voters).toEqual({ by: 'providers', least: 3 });
    const regions = factOf({ independentVoters: 'regions' });
    expect(regions.voters).toEqual({ by: 'regions', least: 2 });
    expect(feedFactFault(regions)).toBeUndefined();
  });

  it.each([
    [{ voters: { by: 'countries', least: 2 } }, 'by must be one of providers, regions'],
    [{ voters: [] }, 'voters must be an object'],
    [{ degraded: { latencyMs: null, lossPercent: 'all' } }, 'lossPercent must be an integer from 1 to 100'],
    [{ degraded: null }, 'degraded must be an object'],
  ])('is refused with %j', (change, fault) => {
    expect(feedFactFault({ ...factOf({}), ...change })).toBe(fault);
  });
});
