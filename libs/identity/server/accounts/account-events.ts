import { API_KEY_STREAM, type IdentityEvent, type Role, USER_STREAM } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';

type UserState = { kind: 'absent' } | { kind: 'present' };
type ApiKeyState = { kind: 'absent' } | { kind: 'valid' } | { kind: 'revoked' };

export type ApiKeyEvent = Extract<IdentityEvent, { type: `ApiKey${string}` }>;
export type UserEvent = Exclude<IdentityEvent, ApiKeyEvent>;

/** Aggregate of a user. Its events are the audit log of access; they contain no names and no secrets. */
export const USER: Aggregate<UserState, UserEvent> = {
  category: USER_STREAM,
  initial: { kind: 'absent' },
  evolve: () => ({ kind: 'present' }),
};

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

export const registerUser = (state: UserState, userId: string, role: Role): UserEvent[] =>
  state.kind === 'present' ? [] : [{ type: 'UserRegistered', data: { userId, role } }];

export const issueApiKey = (
  state: ApiKeyState,
  keyId: string,
  role: Role,
  expiresAt: string | null = null,
): ApiKeyEvent[] => (state.kind === 'absent' ? [{ type: 'ApiKeyIssued', data: { keyId, role, expiresAt } }] : []);

/** @throws DomainError `not_found`, `conflict` */
export function revokeApiKey(state: ApiKeyState, keyId: string): ApiKeyEvent[] {
  if (state.kind === 'absent')
    throw new DomainError('not_found', `API key ${keyId} not found. GET /api/v1/api-keys lists all keys.`);
  if (state.kind === 'revoked') throw new DomainError('conflict', `The API key ${keyId} is already revoked.`);
  return [{ type: 'ApiKeyRevoked', data: { keyId } }];
}
