import { isLockTimeout } from './database-errors';
import type { Sql, Transactor } from './sql';

/** Lock timeout: a chunk that a query is reading is left for the next run, so that other sessions do not queue behind this one. */
const LOCK_TIMEOUT_MS = 2_000;

export interface DroppedChunks {
  dropped: number;
  /** True if a chunk was in use: it and the later chunks are left for the next run. */
  busy: boolean;
}

/**
 * Drops the chunks of a hypertable or continuous aggregate that end before `olderThan`: oldest first, one transaction per chunk, at most
 * `chunksMax`. `before` runs in that transaction with the end of the chunk; if it returns false, this chunk and the later ones are kept.
 * Concurrent writes are not blocked, because only the dropped chunk is locked.
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
