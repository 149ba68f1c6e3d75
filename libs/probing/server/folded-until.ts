import type { Sql } from '@icmp-mon/platform/database';

/** Returns the time before which every shard has folded all windows; null while one shard has folded nothing. */
export async function foldedUntil(sql: Sql): Promise<Date | null> {
  const [row] = await sql.query<{ cut: Date | null }>(
    `SELECT CASE WHEN count(c.shard) = count(*) THEN min(c.cut) END AS cut
     FROM shard s LEFT JOIN series_cut c ON c.shard = s.shard`,
  );
  return row?.cut ?? null;
}
