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
});
