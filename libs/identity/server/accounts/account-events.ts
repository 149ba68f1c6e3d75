import type { IdentityEvent, Role } from '@icmp-mon/identity/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';

type AccountState = { kind: 'absent' } | { kind: 'present' };

export type UserEvent = Extract<IdentityEvent, { type: 'UserRegistered' }>;
export type ApiKeyEvent = Extract<IdentityEvent, { type: 'ApiKeyIssued' }>;

const present = (): AccountState => ({ kind: 'present' });

/** Events of accounts are the audit of who was let in; names and secrets stay out of them. */
export const USER: Aggregate<AccountState, UserEvent> = {
  category: 'user',
  initial: { kind: 'absent' },
  evolve: present,
};

export const API_KEY: Aggregate<AccountState, ApiKeyEvent> = {
  category: 'apikey',
  initial: { kind: 'absent' },
  evolve: present,
};

export const registerUser = (state: AccountState, userId: string, role: Role): UserEvent[] =>
  state.kind === 'present' ? [] : [{ type: 'UserRegistered', data: { userId, role } }];

export const issueApiKey = (state: AccountState, keyId: string, role: Role): ApiKeyEvent[] =>
  state.kind === 'present' ? [] : [{ type: 'ApiKeyIssued', data: { keyId, role } }];
