import type { UserEvent } from '@icmp-mon/identity/contract';
import { describe, expect, it } from 'vitest';
import {
  changeRole,
  disableUser,
  enableUser,
  eraseUser,
  issuePasswordLink,
  registerUser,
  removeUser,
  USER,
  type UserState,
} from './user';

const ID = '00000000-0000-7000-8000-000000000001';
const LINK = { purpose: 'reset', expiresAt: '2026-01-01T00:00:00.000Z' } as const;
const after = (state: UserState, events: UserEvent[]): UserState => events.reduce(USER.evolve, state);
const viewer = after(USER.initial, registerUser(USER.initial, ID, { role: 'viewer', name: 'ada' }));
const disabled = after(viewer, disableUser(viewer, ID));
const removed = after(disabled, removeUser(disabled, ID));
const erased = after(removed, eraseUser(removed, ID));

describe('a user', () => {
  it('is registered once, changes the role, is disabled, enabled, removed and erased', () => {
    expect(viewer).toEqual({ kind: 'present', role: 'viewer', isDisabled: false });
    expect(registerUser(viewer, ID, { role: 'admin', name: 'ada' })).toEqual([]);
    expect(changeRole(viewer, ID, 'engineer')).toEqual([
      { type: 'UserRoleChanged', data: { userId: ID, from: 'viewer', role: 'engineer' } },
    ]);
    expect(after(disabled, changeRole(disabled, ID, 'engineer'))).toMatchObject({ role: 'engineer', isDisabled: true });
    expect(after(disabled, enableUser(disabled, ID))).toEqual(viewer);
    expect([removed, erased]).toEqual([{ kind: 'removed' }, { kind: 'erased' }]);
  });

  it('has no event for what is so already', () => {
    expect(changeRole(viewer, ID, 'viewer')).toEqual([]);
    expect(enableUser(viewer, ID)).toEqual([]);
    expect(disableUser(disabled, ID)).toEqual([]);
    expect(eraseUser(erased, ID)).toEqual([]);
  });

  it('is not found before its registration and after its removal', () => {
    for (const state of [USER.initial, removed, erased]) {
      for (const decide of [
        () => changeRole(state, ID, 'admin'),
        () => disableUser(state, ID),
        () => enableUser(state, ID),
        () => removeUser(state, ID),
        () => issuePasswordLink(state, ID, LINK),
      ]) {
        expect(decide).toThrow('not found');
      }
    }
    expect(() => eraseUser(USER.initial, ID)).toThrow('not found');
    expect(() => eraseUser(viewer, ID)).toThrow('remove it first');
    expect(() => issuePasswordLink(disabled, ID, LINK)).toThrow('enable it first');
  });

  it('keeps its state after events of passwords, logins, and of a newer release', () => {
    const newer = { type: 'UserPainted', data: {} } as unknown as UserEvent;
    const others: UserEvent[] = [newer, { type: 'PasswordChanged', data: { userId: ID } }];
    expect(after(viewer, others)).toEqual(viewer);
  });
});
