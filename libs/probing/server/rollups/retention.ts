import { type DroppedChunks, dropOldChunks, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { ROLLUP_LEVELS, type RollupLevel } from './rollup-levels';
import { readProgress } from './rollup-progress';
import { holdReaders } from './source-lock';

/**
 * Drops raw results or hourly figures older than a time: complete chunks, and only those from which the next level has been computed,
 * including late rows. Daily and monthly figures are kept permanently.
 */
export async function dropRolledUp(
  database: Sql & Transactor,
  relation: 'probe_series' | 'probe_hourly',
  olderThan: Date,
): Promise<DroppedChunks> {
  const above = ROLLUP_LEVELS.find(({ source }) => source === relation);
  if (above === undefined) throw new Error(`No figures are computed from ${relation}: it cannot be dropped.`);
  const madeMs = await madeUntilMs(database, above.relation);
  if (madeMs === -Infinity) return { dropped: 0, busy: false };
  const until = new Date(Math.min(olderThan.getTime(), madeMs));
  return dropOldChunks(database, relation, until, undefined, async (sql, chunkEnd) => {
    await holdReaders(sql, relation);
    // Late rows since then have to be rolled up first.
    if (chunkEnd.getTime() > (await madeUntilMs(sql, above.relation))) return false;
    await sql.execute(`UPDATE rollup_progress SET dropped_before = GREATEST(dropped_before, $2) WHERE relation = $1`, [
      relation,
      chunkEnd,
    ]);
    return true;
  });
}

/** Returns the time before which all buckets are computed, including late rows; ms since 1970, -Infinity while none is. */
async function madeUntilMs(sql: Sql, relation: RollupLevel['relation']): Promise<number> {
  const { rolledUntilMs } = (await readProgress(sql))[relation];
  const [row] = await sql.query<{ first: Date | null }>(
    'SELECT min(bucket) AS first FROM rollup_dirty WHERE relation = $1',
    [relation],
  );
  return Math.min(rolledUntilMs, row?.first?.getTime() ?? Infinity);
}
