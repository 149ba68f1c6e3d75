import '@angular/compiler';
import type { TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { vocabularyOf } from './filter-vocabulary';

const row = (name: string | null, tags: Record<string, string>): TargetView =>
  ({
    name,
    vrf: 'default',
    tags,
    owner: name,
    parents: [{ id: '1', ip: '192.0.2.1', vrf: 'default' }],
  }) as Partial<TargetView> as TargetView;

describe('the names that completion offers', () => {
  it('are those of the loaded rows, without repetition, and of tiers and agents', () => {
    const rows = [row('b', { site: 'fra', role: 'edge' }), row(null, { site: 'ams' }), row('a', { site: 'fra' })];
    const { tagKeys, valuesOf } = vocabularyOf(rows, { tiers: ['gold'], agents: ['fra-1'] });
    expect(tagKeys).toEqual(['role', 'site']);
    expect(valuesOf('tag:site')).toEqual(['ams', 'fra']);
    expect(valuesOf('name')).toEqual(['a', 'b']);
    expect(valuesOf('owner')).toEqual(['a', 'b']);
    expect(valuesOf('parent')).toEqual(['192.0.2.1']);
    expect(valuesOf('vrf')).toEqual(['default']);
    expect([valuesOf('tier'), valuesOf('agent'), valuesOf('tag:none')]).toEqual([['gold'], ['fra-1'], []]);
  });

  it('are also the tags of all targets, which the server lists with their targets', () => {
    const rows = [row(null, { site: 'fra' })];
    const items = [
      { text: 'ams', targets: 1 },
      { text: 'fra', targets: 1_204 },
      { text: 'muc', targets: 10_000 },
    ];
    const { tagKeys, valuesOf, targetsOf } = vocabularyOf(rows, {
      tiers: [],
      agents: [],
      tags: { key: 'site', prefix: '', items },
    });
    expect(tagKeys).toEqual(['site']);
    expect(valuesOf('tag:site')).toEqual(['ams', 'fra', 'muc']);
    expect(valuesOf('tag:site').map((value) => targetsOf?.('site', value))).toEqual([
      '1 target',
      '1,204 targets',
      '10,000 targets or more',
    ]);
    expect([targetsOf?.('site'), targetsOf?.('role', 'fra')]).toEqual([null, null]);

    const keys = vocabularyOf(rows, {
      tiers: [],
      agents: [],
      tags: { key: null, prefix: '', items: [{ text: 'role', targets: 2 }] },
    });
    expect(keys.tagKeys).toEqual(['role', 'site']);
    expect([keys.targetsOf?.('role'), keys.targetsOf?.('site')]).toEqual(['2 targets', null]);
  });
});
