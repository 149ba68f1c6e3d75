import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { tierText } from './tier-text';

const selection = {
  strategy: 'distributed',
  count: 1,
  regions: [],
  requireTags: {},
  excludeTags: {},
  diversity: { minRegions: 1, minProviders: 1 },
} as const;
const tier = (more: {
  count?: number;
  strategy?: 'all' | 'distributed';
  regions?: string[];
  quorum?: number;
  independentVoters?: 'providers';
  misses?: number;
}) => ({
  probeIntervalMs: 15_000,
  agentSelection: {
    ...selection,
    requireTags: {},
    excludeTags: {},
    regions: more.regions ?? [],
    count: more.count ?? 1,
    strategy: more.strategy ?? 'distributed',
  },
  verdictRule: {
    ...BUILT_IN_TIERS.standard.verdictRule,
    ...{ missesToFail: more.misses ?? 2, quorum: more.quorum ?? ('majority' as const) },
    independentVoters: more.independentVoters ?? ('none' as const),
  },
});

describe('tierText', () => {
  it.each([
    [tier({}), 'Probed every 15 s by 1 agent. Down after 2 misses in a row.'],
    [tier({ misses: 1 }), 'Probed every 15 s by 1 agent. Down after one miss.'],
    [
      tier({ count: 3, regions: ['eu', 'us'] }),
      'Probed every 15 s by 3 agents in eu, us. An agent judges down after 2 misses in a row; the target is down when more than half of them agree.',
    ],
    [
      tier({ strategy: 'all', quorum: 2 }),
      'Probed every 15 s by every agent. An agent judges down after 2 misses in a row; the target is down when 2 of them agree.',
    ],
    [
      tier({ strategy: 'all', independentVoters: 'providers' }),
      'Probed every 15 s by every agent. An agent judges down after 2 misses in a row; the target is down when more than half of them agree, one vote per provider.',
    ],
  ])('describes which agents probe and when a target is down', (policy, text) => {
    expect(tierText(policy)).toBe(text);
  });
});
