import { describe, expect, it } from 'vitest';
import { accessOfGroups, groupRolesText, parseGroupRoles, parseGroupScopes } from './role-mapping';

describe('a mapping of groups to roles', () => {
  it('is read from text, and written as text', () => {
    const text = 'noc-admins=admin,noc=operator,CN=Net\\,OU=Groups=engineer';
    const mapping = parseGroupRoles(text.replace(',noc=', ' , noc = '));
    expect(mapping).toEqual([
      { group: 'noc-admins', role: 'admin' },
      { group: 'noc', role: 'operator' },
      { group: 'CN=Net,OU=Groups', role: 'engineer' },
    ]);
    expect(groupRolesText(mapping ?? [])).toBe(text);
  });

  it.each(['', 'noc', 'noc=', '=admin', 'noc=root', 'noc=operator,', 'noc=Admin'])('is not %j', (text) => {
    expect(parseGroupRoles(text)).toBeNull();
  });

  it('gives the highest role of exactly these groups', () => {
    const mapping = parseGroupRoles('a=viewer,b=engineer,c=operator') ?? [];
    expect(accessOfGroups(['a', 'b', 'c'], mapping)).toEqual({ role: 'engineer', scope: null });
    expect(accessOfGroups(['a', 'c'], mapping)).toEqual({ role: 'operator', scope: null });
    expect(accessOfGroups(['A', 'a ', 'bb'], mapping)).toBeNull();
    expect(accessOfGroups([], mapping)).toBeNull();
  });
});

describe('the scopes of groups', () => {
  it('are read from JSON, in their canonical text', () => {
    const scopes = parseGroupScopes('{"acme": "customer = acme", "CN=Bolt,OU=Groups": "customer=bolt AND vrf=blue"}');
    expect([...(scopes ?? [])]).toEqual([
      ['acme', 'customer=acme'],
      ['CN=Bolt,OU=Groups', 'customer=bolt AND vrf=blue'],
    ]);
  });

  it.each(['', 'acme=customer=acme', '[]', 'null', '{"a": 1}', '{"a": ""}', '{"a": "status=up"}', '{"a": "x="}'])(
    'are not %j',
    (text) => {
      expect(parseGroupScopes(text)).toBeNull();
    },
  );

  it('are those of the groups with the highest role, so that no group gives its role in targets of another', () => {
    const mapping = [
      { group: 'acme', role: 'engineer', scope: 'customer=acme' },
      { group: 'bolt', role: 'engineer', scope: 'customer=bolt' },
      { group: 'see', role: 'viewer', scope: 'site=fra' },
      { group: 'noc', role: 'engineer' },
      { group: 'all', role: 'operator' },
    ] as const;
    expect(accessOfGroups(['acme', 'see'], mapping)).toEqual({ role: 'engineer', scope: 'customer=acme' });
    expect(accessOfGroups(['bolt', 'acme', 'all'], mapping)).toEqual({
      role: 'engineer',
      scope: 'customer=acme OR customer=bolt',
    });
    expect(accessOfGroups(['acme', 'noc'], mapping)).toEqual({ role: 'engineer', scope: null });
    expect(accessOfGroups(['see'], mapping)).toEqual({ role: 'viewer', scope: 'site=fra' });
  });
});
