import type { TargetData } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { memberChanges } from './member-changes';

const TARGET: TargetData = {
  ...{ targetId: 'a', key: 1, ip: '192.0.2.1', vrf: 'default', name: 'edge', tags: { site: 'fra', role: 'core' } },
  ...{ tier: 'standard', paused: false, parents: ['p1', 'p2'], notes: null, owner: null },
};

describe('the changes of members', () => {
  it('contain only members that differ, with tags and parents one by one', () => {
    const after: TargetData = {
      ...{ ...TARGET, name: null, tags: { site: 'ams', rack: 'r1' }, paused: true },
      ...{ parents: ['p2', 'p3'], notes: 'two\nlines' },
    };
    expect(memberChanges(TARGET, after)).toEqual([
      { member: 'name', from: 'edge', to: null },
      { member: 'notes', from: null, to: 'two\nlines' },
      { member: 'paused', from: null, to: 'true' },
      { member: 'tag:rack', from: null, to: 'r1' },
      { member: 'tag:role', from: 'core', to: null },
      { member: 'tag:site', from: 'fra', to: 'ams' },
      { member: 'parent', from: 'p1', to: null },
      { member: 'parent', from: null, to: 'p3' },
    ]);
    expect(memberChanges(TARGET, TARGET)).toEqual([]);
  });

  it('of a registration are the members that the target has', () => {
    const plain: TargetData = { ...TARGET, name: null, tags: {}, parents: [] };
    expect(memberChanges(null, plain)).toEqual([{ member: 'tier', from: null, to: 'standard' }]);
  });
});
