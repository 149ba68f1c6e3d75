/** Stream category of the tokens of calendar feeds: `calendar-<user id>`. Kept for the audit log, not relayed. */
export const CALENDAR_STREAM = 'calendar';

/** Events of the token of a user's calendar feed. */
export type CalendarEvent =
  | { type: 'CalendarTokenIssued'; data: { userId: string } }
  | { type: 'CalendarTokenRevoked'; data: { userId: string } };

/** Response of `GET /api/v1/maintenance/calendar-token`. */
export interface CalendarTokenView {
  /** ISO 8601; null without a token. */
  issuedAt: string | null;
  /** ISO 8601, accurate to one minute. */
  lastUsedAt: string | null;
}

/** Response of `POST /api/v1/maintenance/calendar-token`; the only one that contains the token. */
export interface IssuedCalendarToken {
  token: string;
  /** Address of the feed on this server, with the token. */
  path: string;
  issuedAt: string;
}
