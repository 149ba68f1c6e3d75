import { API_KEY_STREAM, type ApiKeyEvent, type Permission, type Role } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';

type ApiKeyState = { kind: 'absent' } | { kind: 'valid' } | { kind: 'revoked' };

/** Aggregate of an API key. Its events are part of the audit log of access; they contain no names and no secrets. */
export const API_KEY: Aggregate<ApiKeyState, ApiKeyEvent> = {
  category: API_KEY_STREAM,
  initial: { kind: 'absent' },
  evolve(state, event) {
    switch (event.type) {
      case 'ApiKeyIssued':
        return { kind: 'valid' };
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

/** @throws DomainError `not_found`, `conflict` */
export function revokeApiKey(state: ApiKeyState, keyId: string): ApiKeyEvent[] {
  if (state.kind === 'absent')
    throw new DomainError('not_found', `API key ${keyId} not found. GET /api/v1/api-keys lists all keys.`);
  if (state.kind === 'revoked') throw new DomainError('conflict', `The API key ${keyId} is already revoked.`);
  return [{ type: 'ApiKeyRevoked', data: { keyId } }];
}
