import { type DroppedChunks, dropOldChunks, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { ROLLUP_LEVELS } from '@icmp-mon/probing/contract';
import { readProgress } from './rollup-progress';

/**
 * Drops what is older from raw results or hourly figures: whole chunks, and only those of which the next level is made, late
 * rows included. Daily and monthly figures stay for ever.
 */
export async function dropRolledUp(
  database: Sql & Transactor,
  relation: 'probe_series' | 'probe_hourly',
  olderThan: Date,
): Promise<DroppedChunks> {
  const above = ROLLUP_LEVELS.find(({ source }) => source === relation);
  if (above === undefined) throw new Error(`Nothing is made of ${relation}: it cannot be dropped.`);
  const { rolledUntilMs } = (await readProgress(database))[above.relation];
  const [row] = await database.query<{ first: Date | null }>(
    'SELECT min(bucket) AS first FROM rollup_dirty WHERE relation = $1',
    [above.relation],
  );
  const untilMs = Math.min(olderThan.getTime(), rolledUntilMs, row?.first?.getTime() ?? Infinity);
  if (untilMs === -Infinity) return { dropped: 0, busy: false };
  return dropOldChunks(database, relation, new Date(untilMs), undefined, async (sql, chunkEnd) => {
    await sql.execute(`UPDATE rollup_progress SET dropped_before = GREATEST(dropped_before, $2) WHERE relation = $1`, [
      relation,
      chunkEnd,
    ]);
  });
}
