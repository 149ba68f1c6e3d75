import type { Sql } from '@icmp-mon/platform/database';
import type { RollupRelation } from './rollup-progress';

/** First half of a lock's number; the second is the relation's. */
const SOURCE_LOCK = 72_604;

/**
 * Runs `work`, which makes figures of a relation, while nothing of that is dropped. A lock of the session, which must be one:
 * a continuous aggregate is not refreshed within a transaction.
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

/** Until the transaction ends nobody makes figures of the relation; waits for who does. */
export async function holdReaders(sql: Sql, source: RollupRelation): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [SOURCE_LOCK, source]);
}
