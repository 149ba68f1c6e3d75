import { PERMISSIONS, ROLE_PERMISSIONS, type UserEvent } from '@icmp-mon/identity/contract';
import { describe, expect, it } from 'vitest';
import {
  changeRole,
  changeUserScope,
  disableUser,
  enableUser,
  endLogins,
  eraseUser,
  issuePasswordLink,
  registerUser,
  removeUser,
  USER,
  type UserState,
} from './user';

const ID = '00000000-0000-7000-8000-000000000001';
const ADMIN = { permissions: PERMISSIONS };
const LINK = { purpose: 'reset', expiresAt: '2026-01-01T00:00:00.000Z' } as const;
const after = (state: UserState, events: UserEvent[]): UserState => events.reduce(USER.evolve, state);
const viewer = after(USER.initial, registerUser(USER.initial, ID, { role: 'viewer', name: 'ada' }));
const disabled = after(viewer, disableUser(viewer, ID, ADMIN));
const removed = after(disabled, removeUser(disabled, ID, ADMIN));
const erased = after(removed, eraseUser(removed, ID));

describe('a user', () => {
  it('is registered once, changes the role, is disabled, enabled, removed and erased', () => {
    expect(viewer).toEqual({
      kind: 'present',
      role: 'viewer',
      scope: null,
      isDisabled: false,
      isOfIssuer: false,
      isScopeOfIssuer: false,
    });
    expect(registerUser(viewer, ID, { role: 'admin', name: 'ada' })).toEqual([]);
    expect(changeRole(viewer, ID, 'engineer', ADMIN)).toEqual([
      { type: 'UserRoleChanged', data: { userId: ID, from: 'viewer', role: 'engineer' } },
    ]);
    expect(after(disabled, changeRole(disabled, ID, 'engineer', ADMIN))).toMatchObject({
      role: 'engineer',
      isDisabled: true,
    });
    expect(after(disabled, enableUser(disabled, ID, ADMIN))).toEqual(viewer);
    expect([removed, erased]).toEqual([{ kind: 'removed' }, { kind: 'erased' }]);
  });

  it('is limited to a scope, which no administrator can have', () => {
    const limited = after(viewer, changeUserScope(viewer, ID, 'vrf=acme', ADMIN));
    expect(limited).toMatchObject({ role: 'viewer', scope: 'vrf=acme' });
    expect(changeUserScope(limited, ID, null, ADMIN)).toEqual([
      { type: 'UserScopeChanged', data: { userId: ID, from: 'vrf=acme', scope: null } },
    ]);
    expect(changeUserScope(limited, ID, 'vrf=acme', ADMIN)).toEqual([]);
    expect(() => changeRole(limited, ID, 'admin', ADMIN)).toThrow('cannot be limited by a scope');
    const admin = after(viewer, changeRole(viewer, ID, 'admin', ADMIN));
    expect(() => changeUserScope(admin, ID, 'vrf=acme', ADMIN)).toThrow('cannot be limited by a scope');
    expect(() => changeUserScope(removed, ID, null, ADMIN)).toThrow('not found');
    const manager = { permissions: ['access:manage'] as const };
    expect(() => changeUserScope(limited, ID, null, manager)).toThrow('which you do not have');
  });

  it('has no event for what is so already', () => {
    expect(changeRole(viewer, ID, 'viewer', ADMIN)).toEqual([]);
    expect(enableUser(viewer, ID, ADMIN)).toEqual([]);
    expect(disableUser(disabled, ID, ADMIN)).toEqual([]);
    expect(eraseUser(erased, ID)).toEqual([]);
  });

  it('is not found before its registration and after its removal', () => {
    for (const state of [USER.initial, removed, erased]) {
      for (const decide of [
        () => changeRole(state, ID, 'admin', ADMIN),
        () => disableUser(state, ID, ADMIN),
        () => enableUser(state, ID, ADMIN),
        () => removeUser(state, ID, ADMIN),
        () => issuePasswordLink(state, ID, LINK, ADMIN),
        () => endLogins(state, ID, [], ADMIN),
        () => endLogins(state, ID, [], null),
      ]) {
        expect(decide).toThrow('not found');
      }
    }
    expect(() => eraseUser(USER.initial, ID)).toThrow('not found');
    expect(() => eraseUser(viewer, ID)).toThrow('remove it first');
    expect(() => issuePasswordLink(disabled, ID, LINK, ADMIN)).toThrow('enable it first');
  });

  it('keeps its state after events of passwords, logins, and of a newer release', () => {
    const newer = { type: 'UserPainted', data: {} } as unknown as UserEvent;
    const others: UserEvent[] = [newer, { type: 'PasswordChanged', data: { userId: ID } }];
    expect(after(viewer, others)).toEqual(viewer);
  });

  it('is changed only by callers with all permissions of the present role, and of a new one', () => {
    const engineer = after(viewer, changeRole(viewer, ID, 'engineer', ADMIN));
    const manager = { permissions: [...ROLE_PERMISSIONS.operator, 'access:manage'] as const };
    for (const decide of [
      () => changeRole(viewer, ID, 'engineer', manager),
      () => changeRole(engineer, ID, 'viewer', manager),
      () => disableUser(engineer, ID, manager),
      () => enableUser(engineer, ID, manager),
      () => removeUser(engineer, ID, manager),
      () => issuePasswordLink(engineer, ID, LINK, manager),
      () => endLogins(engineer, ID, ['login'], manager),
    ]) {
      expect(decide).toThrow('The role engineer has the permission targets:write, which you do not have.');
    }
    expect(changeRole(viewer, ID, 'operator', manager)).toHaveLength(1);
    expect(endLogins(viewer, ID, ['login'], manager)).toHaveLength(1);
    expect(endLogins(engineer, ID, ['own login'], null)).toHaveLength(1);
    expect(endLogins(engineer, ID, [], null)).toEqual([]);
  });
});
