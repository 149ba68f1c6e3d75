import type { Sql } from '@icmp-mon/platform/database';
import type { OccurrenceKey } from './members';

/**
 * Lets the periods of targets follow a corrected record: periods that reached to its start or end still do, others are cut to it. If the work was
 * at another time altogether, all targets were in it then. Returns the number of targets of the occurrence.
 */
export async function amendMembers(
  sql: Sql,
  { windowId, date }: OccurrenceKey,
  { startsAt: oldStart, closedAt: oldEnd }: { startsAt: Date; closedAt: Date | null },
  { startsAt: start, closedAt: end }: { startsAt: Date; closedAt: Date },
): Promise<number> {
  const key = [windowId, date, oldStart];
  const isElsewhere = oldEnd === null || start >= oldEnd || end <= oldStart;
  if (isElsewhere) {
    await sql.execute(
      `WITH former AS (
         DELETE FROM maintenance_member WHERE window_id = $1 AND date = $2::date AND from_at >= $3 RETURNING target_key)
       INSERT INTO maintenance_member (window_id, date, target_key, from_at, to_at)
       SELECT DISTINCT $1::uuid, $2::date, target_key, $4::timestamptz, $5::timestamptz FROM former`,
      [...key, start, end],
    );
  } else {
    await sql.execute(
      `DELETE FROM maintenance_member WHERE window_id = $1 AND date = $2::date AND from_at >= $3
         AND ((to_at <= $4 AND to_at <> $6) OR (from_at >= $5 AND from_at <> $3))`,
      [...key, start, end, oldEnd],
    );
    await sql.execute(
      `UPDATE maintenance_member SET from_at = CASE WHEN from_at = $3 THEN $4 ELSE greatest(from_at, $4) END,
         to_at = CASE WHEN to_at = $6 THEN $5 ELSE least(to_at, $5) END
       WHERE window_id = $1 AND date = $2::date AND from_at >= $3`,
      [...key, start, end, oldEnd],
    );
  }
  const [{ count }] = await sql.query<{ count: number }>(
    'SELECT count(DISTINCT target_key)::integer AS count FROM maintenance_member WHERE window_id = $1 AND date = $2::date',
    [windowId, date],
  );
  return count;
}
