import { describe, expect, it } from 'vitest';
import { groupsOf, leavesGroupsOut, shownNameOf } from './issuer-claims';

describe('groups of claims', () => {
  it.each([
    [{ groups: ['a', 'b'] }, 'groups', ['a', 'b']],
    [{ groups: 'a' }, 'groups', ['a']],
    [{ groups: ['a', 1, null, { b: 2 }] }, 'groups', ['a']],
    [{ realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
    [{ 'https://example.net/groups': ['a'] }, 'https://example.net/groups', ['a']],
    [{ groups: { a: true } }, 'groups', null],
    [{}, 'groups', null],
    [{}, 'constructor.name', null],
  ])('of %j under %s are %j', (claims, name, groups) => {
    expect(groupsOf(claims, name)).toEqual(groups);
  });

  it('can be left out by an issuer that has too many', () => {
    expect(leavesGroupsOut({ _claim_names: { groups: 'src1' } }, 'groups')).toBe(true);
    expect(leavesGroupsOut({ hasgroups: true }, 'groups')).toBe(true);
    expect(leavesGroupsOut({ groups: [] }, 'groups')).toBe(false);
  });
});

describe('the shown name', () => {
  it.each([
    [{ preferred_username: 'ada', email: 'ada@example.net' }, 'ada'],
    [{ preferred_username: 'a\u202eda', email: 'ada@example.net' }, 'ada@example.net'],
    [{ name: 'Ada Lovelace' }, 'Ada Lovelace'],
    [{ preferred_username: ['ada'], email: '' }, 'user f81d4fae-7dec-11d0-a'],
    [{ name: 'x'.repeat(300) }, 'x'.repeat(80)],
  ])('of %j is %s', (claims, name) => {
    expect(shownNameOf(claims, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6')).toBe(name);
  });
});
