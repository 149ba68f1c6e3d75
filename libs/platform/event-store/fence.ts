import type { Sql } from '@icmp-mon/platform/database';

/**
 * Advisory lock between appenders (shared, until they commit) and the relay (exclusive, for an instant). While the relay holds it, every
 * position assigned so far belongs to a finished transaction.
 */
export const APPEND_LOCK = 7_260_002;

/** NOTIFY channel that wakes the relay. */
export const APPENDED_CHANNEL = 'event_appended';

/** Blocks appends until the transaction ends. Every position assigned so far then belongs to a finished transaction. */
export async function fence(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
}
