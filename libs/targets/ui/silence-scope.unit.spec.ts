import { parseScope } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { WORST_FIRST } from './list-query';
import { isScope, scopeOfList, scopeOfTargets } from './silence-scope';
import { scopeOfTarget } from './target-scope';

const at = (ip: string, vrf = 'default') => ({ ip, vrf });

describe('the scope of targets to silence', () => {
  it.each([
    [[], ''],
    [[at('192.0.2.1')], 'ip=192.0.2.1 AND vrf=default'],
    [[at('192.0.2.1'), at('2001:db8::1')], 'ip IN (192.0.2.1, 2001:db8::1) AND vrf=default'],
    [[at('192.0.2.1'), at('192.0.2.1', 'red')], 'ip=192.0.2.1 AND vrf=default OR ip=192.0.2.1 AND vrf=red'],
  ])('has the addresses and VRFs of %j', (targets, scope) => {
    expect(scopeOfTargets(targets)).toBe(scope);
    expect(scope === '' || isScope(scope)).toBe(true);
  });

  it.each([at('192.0.2.1'), at('2001:db8::1', 'red'), at('192.0.2.1', 'a "b" \\c'), at('192.0.2.1', 'or')])(
    'selects the same for the target %j alone',
    (target) => {
      const parsed = [scopeOfTarget(target), scopeOfTargets([target])].map((scope) => parseScope(scope));
      expect(parsed[0].ok).toBe(true);
      expect(parsed[0]).toEqual(parsed[1]);
    },
  );

  it('has limits', () => {
    expect(isScope(scopeOfTargets(Array.from({ length: 200 }, (_, n) => at(`192.0.2.${n}`))))).toBe(false);
  });

  it('begins with the filter of the list, never with all targets', () => {
    expect(scopeOfList(WORST_FIRST)).toBe('');
    expect(scopeOfList({ ...WORST_FIRST, q: 'fra' })).toBe('');
    expect(scopeOfList({ ...WORST_FIRST, q: 'site=fra', tier: 'gold' })).toBe('site=fra AND tier=gold');
  });
});
