import {
  API_KEY_STREAM,
  type ApiKeyEvent,
  keyPermissions,
  type Permission,
  type Role,
  type Scope,
} from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { type AccessManager, requirePermissions } from '../accounts/require-permissions';
import { requireLimitable } from '../accounts/scope';

type ApiKeyState =
  | { kind: 'absent' }
  | { kind: 'valid'; role: Role; permissions: readonly Permission[]; scope: Scope }
  | { kind: 'revoked' };

/** Aggregate of an API key. Its events are part of the audit log of access; they contain no names and no secrets. */
export const API_KEY: Aggregate<ApiKeyState, ApiKeyEvent> = {
  category: API_KEY_STREAM,
  initial: { kind: 'absent' },
  evolve(state, event) {
    switch (event.type) {
      case 'ApiKeyIssued':
        return issuedState(event.data);
      case 'ApiKeyScopeChanged':
        return state.kind === 'valid' ? { ...state, scope: event.data.scope } : state;
      case 'ApiKeyRevoked':
        return { kind: 'revoked' };
      default:
        // Events of a newer release are ignored.
        return state;
    }
  },
};

const issuedState = ({ role, permissions = null, scope = null }: IssuedAccess): ApiKeyState => ({
  kind: 'valid',
  role,
  permissions: keyPermissions(role, permissions),
  scope,
});

interface IssuedAccess {
  role: Role;
  expiresAt?: string | null;
  permissions?: Permission[] | null;
  scope?: Scope;
}

export const issueApiKey = (
  state: ApiKeyState,
  keyId: string,
  { role, expiresAt = null, permissions = null, scope = null }: IssuedAccess,
): ApiKeyEvent[] => {
  if (state.kind !== 'absent') return [];
  return [{ type: 'ApiKeyIssued', data: { keyId, role, expiresAt, permissions, ...(scope !== null && { scope }) } }];
};

/** Returns no event if the key has the scope already. @throws DomainError `not_found`, `conflict`, `forbidden`; `invalid` for a key of an administrator */
export function changeKeyScope(state: ApiKeyState, keyId: string, scope: Scope, manager: AccessManager): ApiKeyEvent[] {
  const { role, scope: from } = managed(state, keyId, manager);
  requireLimitable(role, scope, '#/scope');
  return from === scope ? [] : [{ type: 'ApiKeyScopeChanged', data: { keyId, from, scope } }];
}

/** @throws DomainError `not_found`, `conflict`, `forbidden` */
export function revokeApiKey(state: ApiKeyState, keyId: string, manager: AccessManager): ApiKeyEvent[] {
  managed(state, keyId, manager);
  return [{ type: 'ApiKeyRevoked', data: { keyId } }];
}

type Valid = Extract<ApiKeyState, { kind: 'valid' }>;

/** Returns the state of a key that the caller may change. @throws DomainError `not_found`, `conflict`, `forbidden` */
function managed(state: ApiKeyState, keyId: string, manager: AccessManager): Valid {
  if (state.kind === 'absent')
    throw new DomainError('not_found', `API key ${keyId} not found. GET /api/v1/api-keys lists all keys.`);
  if (state.kind === 'revoked') throw new DomainError('conflict', `The API key ${keyId} is already revoked.`);
  requirePermissions(manager, state.permissions, 'The API key');
  return state;
}
