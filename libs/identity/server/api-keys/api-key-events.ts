import {
  API_KEY_STREAM,
  type ApiKeyEvent,
  keyPermissions,
  type Permission,
  type Role,
} from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { type AccessManager, requirePermissions } from '../accounts/require-permissions';

type ApiKeyState = { kind: 'absent' } | { kind: 'valid'; permissions: readonly Permission[] } | { kind: 'revoked' };

/** Aggregate of an API key. Its events are part of the audit log of access; they contain no names and no secrets. */
export const API_KEY: Aggregate<ApiKeyState, ApiKeyEvent> = {
  category: API_KEY_STREAM,
  initial: { kind: 'absent' },
  evolve(state, event) {
    switch (event.type) {
      case 'ApiKeyIssued':
        return { kind: 'valid', permissions: keyPermissions(event.data.role, event.data.permissions ?? null) };
      case 'ApiKeyRevoked':
        return { kind: 'revoked' };
      default:
        // Events of a newer release are ignored.
        return state;
    }
  },
};

interface IssuedAccess {
  role: Role;
  expiresAt?: string | null;
  permissions?: Permission[] | null;
}

export const issueApiKey = (
  state: ApiKeyState,
  keyId: string,
  { role, expiresAt = null, permissions = null }: IssuedAccess,
): ApiKeyEvent[] =>
  state.kind === 'absent' ? [{ type: 'ApiKeyIssued', data: { keyId, role, expiresAt, permissions } }] : [];

/** @throws DomainError `not_found`, `conflict`, `forbidden` */
export function revokeApiKey(state: ApiKeyState, keyId: string, manager: AccessManager): ApiKeyEvent[] {
  if (state.kind === 'absent')
    throw new DomainError('not_found', `API key ${keyId} not found. GET /api/v1/api-keys lists all keys.`);
  if (state.kind === 'revoked') throw new DomainError('conflict', `The API key ${keyId} is already revoked.`);
  requirePermissions(manager, state.permissions, 'The API key');
  return [{ type: 'ApiKeyRevoked', data: { keyId } }];
}
