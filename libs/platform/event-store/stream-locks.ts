import type { Sql } from '@icmp-mon/platform/database';
import { streamOf } from './aggregate';

/**
 * Locks a stream until the transaction ends: against other writers that lock it, and against references to its aggregate (`shareStreams`).
 */
export async function lockStream(sql: Sql, stream: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [stream]);
}

/**
 * Locks aggregates that events refer to, until the transaction ends, so that no command that locks their streams removes them meanwhile.
 * Read their state afterwards, in another statement. Requests queue in order: many references do not starve a removal.
 */
export async function shareStreams(sql: Sql, category: string, ids: readonly string[]): Promise<void> {
  await sql.query(
    `SELECT pg_advisory_xact_lock_shared(hashtextextended(stream, 0))
     FROM (SELECT unnest($1::text[]) AS stream ORDER BY 1) AS wanted`,
    [ids.map((id) => streamOf(category, id))],
  );
}
