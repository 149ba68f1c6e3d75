import type { Sql } from '@icmp-mon/platform/database';

/**
 * Length of the range of positions that a batch reads. All categories share the positions, so a batch has at most this many events of its
 * category.
 */
export const POSITIONS_PER_BATCH = 5_000;

/** Returns the number of events of a category after a position. */
export async function countEvents(sql: Sql, category: string, after: number): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT count(*) AS count FROM event WHERE position > $1 AND split_part(stream, '-', 1) = $2`,
    [after, category],
  );
  return row?.count ?? 0;
}
