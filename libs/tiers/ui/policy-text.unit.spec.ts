import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { policyChanges } from './policy-changes';
import { agentCountText, agentScopeText, checkText, diversityText, ruleText, spanText } from './policy-text';

const standard = BUILT_IN_TIERS.standard;
const selection = (change: Partial<TierPolicy['agentSelection']>) => ({ ...standard.agentSelection, ...change });

describe('the texts of a policy', () => {
  it.each([
    [500, '500 ms'],
    [1_500, '1500 ms'],
    [15_000, '15 s'],
    [90_000, '90 s'],
    [300_000, '5 min'],
    [7_200_000, '2 h'],
  ])('state %i ms as %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it('state which agents are selected', () => {
    expect([selection({}), selection({ count: 3 }), selection({ strategy: 'all' })].map(agentCountText)).toEqual([
      ...['1 agent', '3 agents', 'all agents'],
    ]);
    expect(agentScopeText(selection({}))).toBe('');
    const scope = {
      regions: ['fra', 'ber'],
      requireTags: { net: 'core', place: 'am Main' },
      excludeTags: { role: 'lab' },
    };
    expect(agentScopeText(selection(scope))).toBe('in fra, ber; with "place=am Main" net=core; without role=lab');
    expect(diversityText(selection({ diversity: { minRegions: 2, minProviders: 1 } }))).toBe('2 regions');
  });

  it('state checks and the rule', () => {
    const closed = { type: 'tcp_connect', port: 23, expect: 'unreachable' } as const;
    const full = { check: 2, type: 'icmp_ping', expect: 'reachable', size: 1_472, dontFragment: true } as const;
    expect(checkText(full)).toBe('icmp_ping size 1472 dontFragment');
    expect([standard.checks[0], closed].map((check) => check && checkText(check))).toEqual([
      ...['icmp_ping', 'tcp_connect port 23 must not answer'],
    ]);
    expect(ruleText(standard.verdictRule)).toBe('2 misses, majority');
    expect(ruleText({ ...standard.verdictRule, missesToFail: 1, quorum: 3 })).toBe('1 miss, 3 agents');
  });
});

describe('the differences between two policies', () => {
  it('name each property with its old and new value', () => {
    const after: TierPolicy = {
      ...standard,
      probeIntervalMs: 5_000,
      checks: [{ check: 2, type: 'tcp_connect', port: 443, expect: 'reachable' }],
      agentSelection: selection({ count: 3, diversity: { minRegions: 2, minProviders: 2 } }),
      verdictRule: {
        ...{ missesToFail: 3, successesToRecover: 2, quorum: 2, hourOfWeek: true, confirm: false },
        ...{ degraded: { latencyMs: 250, lossPercent: null }, independentVoters: 'providers' },
      },
    };
    expect(policyChanges(standard, after)).toEqual([
      'interval 15 s → 5 s',
      'probed by 1 agent → 3 agents',
      'diversity none → 2 regions, 2 providers',
      'down after 2 misses, majority → 3 misses, 2 agents',
      'up after 1 success → 2 successes',
      'voters each agent → each provider',
      'limits without a baseline 10 % loss → 250 ms',
      'confirming probes on → off',
      'baseline by hour of week off → on',
      'check removed: icmp_ping',
      'check added: tcp_connect port 443',
    ]);
    expect(policyChanges(standard, standard)).toEqual([]);
  });
});
