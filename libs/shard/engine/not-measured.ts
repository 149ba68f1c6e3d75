import type { Sql } from '@icmp-mon/platform/database';

/** A time range whose results were lost from a shard's log before they were stored. */
export interface NotMeasured {
  shard: number;
  from: Date;
  to: Date;
  reason: string;
  recordedAt: Date;
}

const ROWS_MAX = 1_000;

/** Returns the ranges of one shard (or of all) that overlap with `from` to `to`, by their start; the latest 1,000 at most. */
export async function notMeasured(
  sql: Pick<Sql, 'query'>,
  { shard = null, from, to }: { shard?: number | null; from: Date; to: Date },
): Promise<NotMeasured[]> {
  const rows = await sql.query<NotMeasured>(
    `SELECT shard, from_at AS "from", to_at AS "to", reason, recorded_at AS "recordedAt" FROM not_measured
     WHERE ($1::smallint IS NULL OR shard = $1) AND from_at < $3 AND to_at > $2 ORDER BY from_at DESC LIMIT ${ROWS_MAX}`,
    [shard, from, to],
  );
  return rows.reverse();
}
