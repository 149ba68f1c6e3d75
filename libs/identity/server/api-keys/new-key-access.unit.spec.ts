import { PERMISSIONS } from '@icmp-mon/identity/contract';
import { describe, expect, it } from 'vitest';
import { accessOfNewKey } from './new-key-access';

const admin = { permissions: PERMISSIONS };

describe('access of a new key', () => {
  it('is that of the role, unless permissions limit it', () => {
    expect(accessOfNewKey({ name: 'x', role: 'engineer' }, admin)).toEqual({ role: 'engineer', permissions: null });
  });

  it.each([
    [['targets:read', 'status:read'], 'viewer'],
    [['targets:write', 'targets:read'], 'engineer'],
    [['access:manage'], 'admin'],
  ] as const)('has for %j the role %s, the lowest, because an older api process knows only the role', (given, role) => {
    const permissions = [...given];
    expect(accessOfNewKey({ name: 'x', role: 'admin', permissions }, admin)).toEqual({ role, permissions });
  });

  it('is refused beyond the role, and beyond the creator', () => {
    const beyondRole = { name: 'x', role: 'viewer', permissions: ['targets:write'] } as const;
    expect(() => accessOfNewKey({ ...beyondRole, permissions: ['targets:write'] }, admin)).toThrow('the role viewer');
    const manager = { permissions: ['access:manage'] } as const;
    expect(() => accessOfNewKey({ name: 'x', role: 'viewer' }, manager)).toThrow('targets:read, which you do not have');
    expect(() => accessOfNewKey({ name: 'x', role: 'admin', permissions: ['targets:erase'] }, manager)).toThrow(
      'targets:erase, which you do not have',
    );
  });
});
