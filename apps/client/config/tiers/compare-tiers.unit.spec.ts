import { BUILT_IN_TIERS, type TierView } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { configText } from '../config-text';
import type { Wanted } from '../kind';
import { KINDS } from '../kinds';
import { readConfig } from '../read-config';
import { compareTiers, type TierRequest } from './compare-tiers';
import type { TierItem } from './tier-item';
import { tierKind } from './tier-kind';

const read = (text: string) =>
  (readConfig([{ name: 'a.yaml', text }], KINDS).wanted.get('tiers') ?? []) as readonly Wanted<TierItem>[];

describe('a plan of tiers', () => {
  const view = (name: string, change: Partial<TierView> = {}): TierView => ({
    ...BUILT_IN_TIERS.standard,
    ...{ name, builtIn: false, version: 3, targetCount: 5, successor: null },
    ...change,
  });
  const tiers = (items: readonly object[]) => read(`version: 1\ntiers: ${JSON.stringify(items)}`);
  const compare = (items: readonly object[], ...views: TierView[]) =>
    compareTiers(tiers(items), new Map(views.map((each) => [each.name, each])));

  it('changes stated members, also single ones of agentSelection and verdictRule, and keeps the others', () => {
    const difference = compare(
      [{ name: 'gold', probeIntervalMs: 5_000, agentSelection: { count: 3, diversity: { minRegions: 2 } } }],
      view('gold'),
    );
    expect(difference.changes).toMatchObject([
      {
        action: 'change',
        members: [
          { member: 'probeIntervalMs', before: 15_000, after: 5_000 },
          { member: 'agentSelection.count', before: 1, after: 3 },
          { member: 'agentSelection.diversity.minRegions', before: 1, after: 2 },
        ],
      },
    ]);
    const request = difference.changes[0]?.request as unknown as TierRequest;
    expect(request).toMatchObject({
      version: 3,
      policy: { probeTimeoutMs: 1_000, agentSelection: { strategy: 'distributed', diversity: { minProviders: 1 } } },
    });
  });

  it('has no changes for another order of regions and checks, and for checks without numbers', () => {
    const checks = [
      { check: 1, type: 'icmp_ping', expect: 'reachable' },
      { check: 4, type: 'tcp_connect', port: 22, expect: 'reachable' },
    ] as const;
    const selection = { ...BUILT_IN_TIERS.standard.agentSelection, regions: ['eu', 'us'] };
    const gold = view('gold', { checks: [...checks], agentSelection: selection });
    const stated = [...checks].reverse().map(({ check: _, ...each }) => each);
    expect(compare([{ name: 'gold', checks: stated, agentSelection: { regions: ['us', 'eu'] } }], gold)).toMatchObject({
      changes: [],
      unchanged: 1,
    });
  });

  it('has pings with parameters, without changes where a flag is stated that is not set', () => {
    const voice = { type: 'icmp_ping', expect: 'reachable', packets: 5, dscp: 46, source: '192.0.2.10' } as const;
    const gold = view('gold', { checks: [{ check: 1, ...voice }] });
    expect(compare([{ name: 'gold', checks: [{ ...voice, dontFragment: false }] }], gold).changes).toEqual([]);
    expect(compare([{ name: 'gold', checks: [{ ...voice, dontFragment: true }] }], gold).changes).toHaveLength(1);
    expect(compare([{ name: 'gold', checks: [{ ...voice, packets: 21 }] }], gold).faults).toMatchObject([
      { text: expect.stringContaining('must be a whole number from 1 to 20') },
    ]);
  });

  it('creates a tier whose policy is complete', () => {
    const policy = {
      probeIntervalMs: 1_000,
      probeTimeoutMs: 500,
      checks: [{ type: 'icmp_ping', expect: 'reachable' }],
      agentSelection: { strategy: 'all' },
    };
    const verdictRule = { missesToFail: 2, successesToRecover: 1, quorum: 'majority' };
    expect(compare([{ name: 'new', ...policy, verdictRule }]).changes).toMatchObject([
      { action: 'create', title: 'new', request: { version: null } },
    ]);
    expect(compare([{ name: 'new', ...policy }]).faults).toMatchObject([
      { text: 'verdictRule is required.', place: { line: 2 } },
    ]);
  });

  it('is refused for values that are not possible, and for a tier that is being removed', () => {
    expect(compare([{ name: 'gold', verdictRule: { quorum: 9 } }], view('gold')).faults).toMatchObject([
      { text: expect.stringContaining('verdictRule.quorum is 9, but a target has 1 agents') as string },
    ]);
    expect(compare([{ name: 'gold' }], view('gold', { successor: 'fast' })).faults).toMatchObject([
      { text: expect.stringContaining('is being removed') as string },
    ]);
  });

  it('of a file that was written from the server has no changes', () => {
    const state = new Map(
      [
        view('gold', {
          agentSelection: { ...BUILT_IN_TIERS.fast.agentSelection, requireTags: { no: 'x y' }, regions: ['a'] },
        }),
        view('fast'),
      ].map((each) => [each.name, each]),
    );
    const text = [...configText(null, [{ kind: tierKind, state }])].join('');
    expect(compareTiers(read(text), state)).toMatchObject({ changes: [], faults: [], unchanged: 2 });
  });
});
