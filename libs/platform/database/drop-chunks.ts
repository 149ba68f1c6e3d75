import { isLockTimeout } from './database-errors';
import type { Sql, Transactor } from './sql';

/** Whoever reads an old chunk keeps it for as long; until then it stays, and nobody waits behind this. */
const LOCK_TIMEOUT_MS = 2_000;

export interface DroppedChunks {
  dropped: number;
  /** A chunk was in use and is left, with those after it, to the next run. */
  busy: boolean;
}

/**
 * Drops the chunks of a hypertable or continuous aggregate that end before `olderThan`, oldest first, each in a transaction of
 * its own, at most `chunksMax`. `before` runs in that transaction with the end of the chunk; when it says false, that chunk and
 * those after it stay. Rows that are written meanwhile are not held up: only the chunk that goes is locked.
 */
export async function dropOldChunks(
  database: Sql & Transactor,
  relation: string,
  olderThan: Date,
  chunksMax = 100,
  before: (sql: Sql, chunkEnd: Date) => Promise<boolean> = () => Promise.resolve(true),
): Promise<DroppedChunks> {
  const chunks = await database.query<{ range_end: Date }>(
    `SELECT c.range_end FROM show_chunks($1::regclass) shown
     JOIN timescaledb_information.chunks c ON format('%I.%I', c.chunk_schema, c.chunk_name)::regclass = shown
     WHERE c.range_end <= $2 ORDER BY c.range_end LIMIT $3`,
    [relation, olderThan, chunksMax],
  );
  let dropped = 0;
  for (const { range_end: chunkEnd } of chunks) {
    try {
      const goes = await database.transaction(async (sql) => {
        await sql.execute(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        if (!(await before(sql, chunkEnd))) return false;
        await sql.query('SELECT drop_chunks($1::regclass, older_than => $2::timestamptz)', [relation, chunkEnd]);
        return true;
      });
      if (!goes) break;
      dropped++;
    } catch (error) {
      if (isLockTimeout(error)) return { dropped, busy: true };
      throw error;
    }
  }
  return { dropped, busy: false };
}
