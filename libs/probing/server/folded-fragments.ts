import type { Sql } from '@icmp-mon/platform/database';

/** How long fragments outlive their fold: as far back as a live stream may resume. */
const KEPT = '1 hour';

/**
 * Drops whole chunks of `probe_recent` in which every shard has folded all windows; tells how many. Without a fold of
 * each shard nothing is dropped: those fragments are the only copy.
 */
export async function dropFoldedFragments(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ cut: Date | null }>(
    `SELECT CASE WHEN count(c.shard) = count(*) THEN min(c.cut) END - interval '${KEPT}' AS cut
     FROM shard s LEFT JOIN series_cut c ON c.shard = s.shard`,
  );
  if (!row?.cut) return 0;
  const dropped = await sql.query(`SELECT drop_chunks('probe_recent', older_than => $1::timestamptz)`, [row.cut]);
  return dropped.length;
}
