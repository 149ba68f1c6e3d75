import type { Sql } from '@icmp-mon/platform/database';

/**
 * The advisory lock between appenders (shared) and the relay (exclusive, for an instant): while the relay holds it, every
 * position handed out so far belongs to a finished transaction.
 */
export const APPEND_LOCK = 7_260_002;

/** Channel that wakes the relay. */
export const APPENDED_CHANNEL = 'event_appended';

/** Until the transaction ends nobody appends, and every position handed out so far belongs to a finished transaction. */
export async function fence(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
}
