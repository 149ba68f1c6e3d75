import { describe, expect, it } from 'vitest';
import { groupRolesText, parseGroupRoles, roleOfGroups } from './role-mapping';

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
    expect(roleOfGroups(['a', 'b', 'c'], mapping)).toBe('engineer');
    expect(roleOfGroups(['a', 'c'], mapping)).toBe('operator');
    expect(roleOfGroups(['A', 'a ', 'bb'], mapping)).toBeNull();
    expect(roleOfGroups([], mapping)).toBeNull();
  });
});
