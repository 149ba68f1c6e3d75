import { BUILT_IN_TIERS, type TierVersionView } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { versionRows } from './version-rows';

const version = (number: number, more: Partial<TierVersionView>): TierVersionView => ({
  ...{
    version: number,
    at: '2026-04-01T00:00:00.000Z',
    by: 'user:a',
    byName: 'admin',
    change: 'defined',
    policy: null,
    successor: null,
  },
  ...more,
});

it('each version of a tier states what it changed', () => {
  const { standard, fast } = BUILT_IN_TIERS;
  const versions = [
    version(6, { policy: fast }),
    version(5, { change: 'removed' }),
    version(4, { change: 'removal-started', successor: 'fast' }),
    version(3, { policy: standard }),
    version(2, { policy: fast }),
  ];
  expect(versionRows(versions).map(({ changes }) => changes)).toEqual([
    ['interval 15 s → 5 s'],
    ['removed'],
    ['removal started, targets move to fast'],
    ['interval 5 s → 15 s'],
    ['defined'],
  ]);
  expect(versionRows([version(1, { policy: fast })])[0]?.changes).toEqual(['created']);
});
