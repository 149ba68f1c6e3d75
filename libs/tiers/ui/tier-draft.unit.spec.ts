import { BUILT_IN_TIERS, readPolicy, type TierPolicy } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { draftFaults, draftOf, faultAt, regionsIn, requestOf, type TierDraft } from './tier-draft';

const gold: TierPolicy = {
  ...{ probeIntervalMs: 15_000, probeTimeoutMs: 1_000 },
  checks: [
    { check: 1, type: 'icmp_ping', expect: 'reachable' },
    { check: 4, type: 'http', scheme: 'https', port: 8443, path: '/health', status: 204, expect: 'reachable' },
  ],
  agentSelection: {
    ...{ strategy: 'distributed', count: 3, regions: ['fra', 'am Main'], requireTags: { net: 'core' } },
    ...{ excludeTags: { place: 'a, b' }, diversity: { minRegions: 2, minProviders: 2 } },
  },
  verdictRule: {
    ...{ missesToFail: 2, successesToRecover: 1, quorum: 2, hourOfWeek: true, confirm: false },
    ...{ degraded: { latencyMs: 250, lossPercent: null }, independentVoters: 'providers' },
  },
};
const draft = (change: Partial<TierDraft>): TierDraft => ({ ...draftOf(gold, 'gold'), ...change });

describe('the form of a tier', () => {
  it.each([gold, BUILT_IN_TIERS.standard, BUILT_IN_TIERS.fast])(
    'sends back the policy that it shows, without numbers of checks',
    (policy) => {
      const sent = readPolicy(requestOf(draftOf(policy, 'x')));
      expect(sent.faults).toBeUndefined();
      const checks = policy.checks.map(({ check: _check, ...more }) => more);
      expect(sent.policy).toEqual({ ...policy, checks });
    },
  );

  it('has no faults as long as it is valid', () => {
    expect(draftFaults(draft({}), false)).toEqual({});
    expect(draftFaults(draft({ regions: '', quorum: '' }), true)).toEqual({});
  });

  it.each([
    [{ probeTimeoutMs: '1.5' }, '#/probeTimeoutMs'],
    [{ probeIntervalMs: '' }, '#/probeIntervalMs'],
    [{ probeTimeoutMs: '15000' }, '#/probeTimeoutMs'],
    [{ quorum: 'most' }, '#/verdictRule/quorum'],
    [{ quorum: '4' }, '#/verdictRule/quorum'],
    [{ lossPercent: '0' }, '#/verdictRule/degraded/lossPercent'],
    [{ latencyMs: 'slow' }, '#/verdictRule/degraded/latencyMs'],
    [{ minProviders: '1' }, '#/agentSelection/diversity/minProviders'],
    [{ minRegions: '4' }, '#/agentSelection/diversity/minRegions'],
    [{ requireTags: 'core' }, '#/agentSelection/requireTags'],
    [{ checks: [{ type: 'tcp_connect', expect: 'reachable', parameters: {} }] }, '#/checks/0/port'],
    [{ checks: [] }, '#/checks'],
    [{ name: 'Gold' }, '#/name'],
  ] as const)('%j has a fault at %s', (change, pointer) => {
    expect(Object.keys(draftFaults(draft(change), true))).toEqual([pointer]);
  });

  it('shows a fault at its field, also from below it', () => {
    const faults = { '#/agentSelection/regions/1': 'is listed twice', '#/checks/1/port': 'is too large' };
    expect(faultAt(faults, '#/agentSelection/regions')).toBe('is listed twice');
    expect(faultAt(faults, '#/checks/1', false)).toBeNull();
    expect(faultAt(faults, '#/checks/1/port')).toBe('is too large');
    expect(faultAt(faults, '#/checks/10')).toBeNull();
  });

  it('reads regions separated by commas', () => {
    expect(regionsIn(' fra , am Main,,')).toEqual(['fra', 'am Main']);
  });
});
