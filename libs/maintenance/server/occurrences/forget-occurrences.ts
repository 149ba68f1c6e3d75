import { MAINTENANCE_LIMITS } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Deletes at most `limit` closed occurrences after their time, with the record of their targets. Returns their number. */
export async function forgetOccurrences(sql: Sql, limit: number): Promise<number> {
  const rows = await sql.query(
    `DELETE FROM maintenance_occurrence WHERE (window_id, date) IN (
       SELECT window_id, date FROM maintenance_occurrence
       WHERE state = 'closed' AND closed_at < now() - interval '${MAINTENANCE_LIMITS.keptDays} days' ORDER BY closed_at LIMIT $1)
     RETURNING window_id`,
    [limit],
  );
  return rows.length;
}
