import type { Sql } from '@icmp-mon/platform/database';
import type { RollupRelation } from './rollup-progress';

/** First half of the lock's number; the second half is that of the relation. */
const SOURCE_LOCK = 72_604;

/**
 * Runs `work`, which computes figures from a relation, while nothing of the relation is dropped. Uses a session lock, because a continuous
 * aggregate cannot be refreshed within a transaction; `sql` must be one session.
 */
export async function readingSource<T>(sql: Sql, source: RollupRelation, work: () => Promise<T>): Promise<T> {
  const lock = [SOURCE_LOCK, source];
  await sql.query('SELECT pg_advisory_lock_shared($1, hashtext($2))', lock);
  try {
    return await work();
  } finally {
    await sql.query('SELECT pg_advisory_unlock_shared($1, hashtext($2))', lock);
  }
}

/** Waits for sessions that compute figures from the relation, and blocks new ones until the transaction ends. */
export async function holdReaders(sql: Sql, source: RollupRelation): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [SOURCE_LOCK, source]);
}
