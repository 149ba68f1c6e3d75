import {
  type PasswordLinkPurpose,
  type Role,
  type Scope,
  USER_STREAM,
  type UserEvent,
} from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { type AccessManager, requirePermissionsOf } from './require-permissions';
import { requireLimitable } from './scope';

/** A user to register. `identity` is that of a user of an issuer. */
interface NewUser {
  role: Role;
  name: string;
  scope?: Scope;
  identity?: { issuer: string; subject: string };
}

export type UserState =
  | { kind: 'absent' }
  | {
      kind: 'present';
      role: Role;
      scope: Scope;
      isDisabled: boolean;
      isOfIssuer: boolean;
      /** Whether the scope is that of the user's groups at the issuer. */
      isScopeOfIssuer: boolean;
    }
  | { kind: 'removed' }
  | { kind: 'erased' };

/** Aggregate of a user. Its events are the audit log of access; they contain no secrets, and names only encrypted. */
export const USER: Aggregate<UserState, UserEvent> = {
  category: USER_STREAM,
  initial: { kind: 'absent' },
  personal: { members: ['name', 'subject'], erasedBy: 'UserErased' },
  evolve(state, event) {
    switch (event.type) {
      case 'UserRegistered':
        return presentOf(event.data);
      case 'UserRoleChanged':
        return state.kind === 'present' ? { ...state, role: event.data.role } : state;
      case 'UserScopeChanged':
        return state.kind === 'present'
          ? { ...state, scope: event.data.scope, isScopeOfIssuer: event.data.ofIssuer === true }
          : state;
      case 'UserDisabled':
        return state.kind === 'present' ? { ...state, isDisabled: true } : state;
      case 'UserEnabled':
        return state.kind === 'present' ? { ...state, isDisabled: false } : state;
      case 'UserRemoved':
        return { kind: 'removed' };
      case 'UserErased':
        return { kind: 'erased' };
      case 'PasswordLinkIssued':
      case 'PasswordChanged':
      case 'PasswordReset':
      case 'LoginsEnded':
      case 'SecondFactorEnabled':
      case 'SecondFactorDisabled':
      case 'SecondFactorReset':
      case 'RecoveryCodesRenewed':
      case 'RecoveryCodeUsed':
        return state;
      default:
        // Events of a newer release are ignored.
        return state;
    }
  },
};

/** Returns no event for a user that exists. */
export const registerUser = (
  state: UserState,
  userId: string,
  { role, name, scope = null, identity }: NewUser,
): UserEvent[] =>
  state.kind === 'absent'
    ? [{ type: 'UserRegistered', data: { userId, role, name, ...(scope !== null && { scope }), ...identity } }]
    : [];

/** Event of a password that was set without the current one. @throws DomainError `not_found`, `conflict` */
export function resetPassword(state: UserState, userId: string): UserEvent[] {
  requirePassword(present(state, userId));
  return [{ type: 'PasswordReset', data: { userId } }];
}

/** Returns no event if the user has the role already. @throws DomainError `not_found`, `forbidden` */
export function changeRole(state: UserState, userId: string, role: Role, manager: AccessManager): UserEvent[] {
  const { role: from, scope, isOfIssuer } = managed(state, userId, manager);
  requirePermissionsOf(manager, role);
  if (isOfIssuer) throw new DomainError('conflict', "The role comes from the user's groups at the issuer.");
  requireLimitable(role, scope, '#/role');
  return from === role ? [] : [{ type: 'UserRoleChanged', data: { userId, from, role } }];
}

const ADMIN_BY_GROUPS =
  "The role admin, which cannot be limited by a scope, comes from the user's groups at the issuer.";

/** Returns no event for the same scope. @throws DomainError `not_found`, `forbidden`; `invalid` (administrator), `conflict` (issuer decides) */
export function changeUserScope(state: UserState, userId: string, scope: Scope, manager: AccessManager): UserEvent[] {
  const { role, scope: from, isOfIssuer, isScopeOfIssuer } = managed(state, userId, manager);
  if (isScopeOfIssuer && from !== null)
    throw new DomainError('conflict', "The scope comes from the user's groups at the issuer.");
  if (isOfIssuer && role === 'admin' && scope !== null) throw new DomainError('conflict', ADMIN_BY_GROUPS);
  requireLimitable(role, scope, '#/scope');
  return from === scope ? [] : [{ type: 'UserScopeChanged', data: { userId, from, scope } }];
}

/** Returns no event if the user is disabled already. @throws DomainError `not_found`, `forbidden` */
export const disableUser = (state: UserState, userId: string, manager: AccessManager): UserEvent[] =>
  managed(state, userId, manager).isDisabled ? [] : [{ type: 'UserDisabled', data: { userId } }];

/** Returns no event if the user is enabled already. @throws DomainError `not_found`, `forbidden` */
export const enableUser = (state: UserState, userId: string, manager: AccessManager): UserEvent[] =>
  managed(state, userId, manager).isDisabled ? [{ type: 'UserEnabled', data: { userId } }] : [];

/** @throws DomainError `not_found`, `forbidden` */
export function removeUser(state: UserState, userId: string, manager: AccessManager): UserEvent[] {
  managed(state, userId, manager);
  return [{ type: 'UserRemoved', data: { userId } }];
}

/** Erases the name of a removed user. Returns no event if it is erased already. @throws DomainError `not_found`, `conflict` */
export function eraseUser(state: UserState, userId: string): UserEvent[] {
  switch (state.kind) {
    case 'absent':
      throw userNotFound(userId);
    case 'present':
      throw new DomainError('conflict', 'The user exists: remove it first.');
    case 'removed':
      return [{ type: 'UserErased', data: { userId } }];
    case 'erased':
      return [];
  }
}

/** @throws DomainError `not_found`, `forbidden`; `conflict` for a disabled user */
export function issuePasswordLink(
  state: UserState,
  userId: string,
  link: { purpose: PasswordLinkPurpose; expiresAt: string },
  manager: AccessManager,
): UserEvent[] {
  const user = managed(state, userId, manager);
  requirePassword(user);
  if (user.isDisabled) throw new DomainError('conflict', 'The user is disabled: enable it first.');
  return [{ type: 'PasswordLinkIssued', data: { userId, ...link } }];
}

/** `manager` is null for the user's own logins. @throws DomainError `not_found`, `forbidden` */
export function endLogins(
  state: UserState,
  userId: string,
  loginIds: string[],
  manager: AccessManager | null,
): UserEvent[] {
  if (manager === null) present(state, userId);
  else managed(state, userId, manager);
  return loginIds.length === 0 ? [] : [{ type: 'LoginsEnded', data: { userId, loginIds } }];
}

/** @throws DomainError `not_found`, `forbidden` */
export function resetSecondFactor(state: UserState, userId: string, manager: AccessManager): UserEvent[] {
  managed(state, userId, manager);
  return [{ type: 'SecondFactorReset', data: { userId } }];
}

export const userNotFound = (userId: string): DomainError =>
  new DomainError('not_found', `User ${userId} not found. GET /api/v1/users lists all users.`);

type Present = Extract<UserState, { kind: 'present' }>;

const presentOf = ({ role, scope = null, issuer }: { role: Role; scope?: Scope; issuer?: string }): Present => ({
  kind: 'present',
  ...{ role, scope, isDisabled: false, isOfIssuer: issuer !== undefined },
  isScopeOfIssuer: issuer !== undefined && scope !== null,
});

function requirePassword({ isOfIssuer }: Present): void {
  if (isOfIssuer) throw new DomainError('conflict', 'The user has no password: the user signs in by single sign-on.');
}

/** Returns the state of a user who exists. @throws DomainError `not_found` */
export function present(state: UserState, userId: string): Present {
  if (state.kind === 'present') return state;
  throw userNotFound(userId);
}

/** Returns the state of a user whom the caller may change. @throws DomainError `not_found`, `forbidden` */
function managed(state: UserState, userId: string, manager: AccessManager): Present {
  const user = present(state, userId);
  requirePermissionsOf(manager, user.role);
  return user;
}
