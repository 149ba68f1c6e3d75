import type { Sql } from '@icmp-mon/platform/database';
import { foldedUntil } from './folded-until';

/** How long fragments outlive their fold: as far back as a live stream may resume. */
const KEPT_MS = 3_600_000;

/**
 * Drops whole chunks of `probe_recent` in which every shard has folded all windows; tells how many. Without a fold of
 * each shard nothing is dropped: those fragments are the only copy.
 */
export async function dropFoldedFragments(sql: Sql): Promise<number> {
  const cut = await foldedUntil(sql);
  if (cut === null) return 0;
  const olderThan = new Date(cut.getTime() - KEPT_MS);
  return (await sql.query(`SELECT drop_chunks('probe_recent', older_than => $1::timestamptz)`, [olderThan])).length;
}
