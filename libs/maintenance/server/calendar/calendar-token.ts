import { createHash, randomBytes } from 'node:crypto';
import { CALENDAR_STREAM, type CalendarEvent } from '@icmp-mon/maintenance/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';

const TOKEN = /^imc_[A-Za-z0-9_-]{43}$/;
/** Characters of a token. */
export const TOKEN_LENGTH = 47;

/** Makes a token of 256 random bits. */
export const newCalendarToken = (): string => `imc_${randomBytes(32).toString('base64url')}`;

/** Returns the hash of a token, of which the token cannot be found; null for another text. */
export const tokenHash = (token: string): Buffer | null =>
  TOKEN.test(token) ? createHash('sha256').update(token).digest() : null;

export interface CalendarState {
  hasToken: boolean;
}

/** The token of a user's calendar feed, by the id of the user. Its hash is in the table alone. */
export const CALENDAR: Aggregate<CalendarState, CalendarEvent> = {
  category: CALENDAR_STREAM,
  initial: { hasToken: false },
  evolve: (_state, { type }) => ({ hasToken: type === 'CalendarTokenIssued' }),
};

/** A new token replaces the former one. */
export const issueToken = (userId: string): CalendarEvent[] => [{ type: 'CalendarTokenIssued', data: { userId } }];

/** Returns no event if there is none. */
export const revokeToken = ({ hasToken }: CalendarState, userId: string): CalendarEvent[] =>
  hasToken ? [{ type: 'CalendarTokenRevoked', data: { userId } }] : [];
