import type { Sql } from '@icmp-mon/platform/database';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import type { Status, StatusReason } from '@icmp-mon/status/contract';

/** Statuses of a shard as they are stored, and the number of its last change. */
export interface StoredStatuses {
  changeSeq: number;
  /** `answered`: some agent once had an answer. */
  states: Map<number, { status: Status; reason: StatusReason; sinceMs: number; answered: boolean }>;
}

interface Row {
  target_key: number;
  status: Status;
  reason: StatusReason;
  since_ms: number;
  answered: boolean;
}

export async function recallStatuses(sql: Pick<Sql, 'query'>, shard: number): Promise<StoredStatuses> {
  const rows = await sql.query<Row>(
    `SELECT target_key, status, reason, (extract(epoch FROM since) * 1000)::float8 AS since_ms,
            last_success_at IS NOT NULL OR status <> 'unknown' AS answered
     FROM target_status WHERE shard = $1`,
    [shard],
  );
  // Changes may be forgotten some day; the statuses that they led to are not.
  const [last] = await sql.query<{ change_seq: number }>(
    `SELECT greatest((SELECT max(change_seq) FROM status_change WHERE shard = $1),
                     (SELECT max(change_seq) FROM target_status WHERE shard = $1), 0)::float8 AS change_seq`,
    [shard],
  );
  return {
    changeSeq: last?.change_seq ?? 0,
    states: new Map(
      rows.map(({ target_key, status, reason, since_ms, answered }) => [
        target_key,
        { status, reason, sinceMs: Math.round(since_ms), answered },
      ]),
    ),
  };
}

/** Targets as their latest status changes name them, by key. */
export async function lastKnown(
  sql: Pick<Sql, 'query'>,
  shard: number,
  keys: readonly number[],
): Promise<Map<number, TargetEntry>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.query<{ key: number; targetId: string; ip: string; vrf: string; tier: string }>(
    `SELECT DISTINCT ON (target_key) target_key AS key, target_id AS "targetId", host(ip) AS ip, vrf, tier
     FROM status_change WHERE shard = $1 AND target_key = ANY ($2::integer[])
     ORDER BY target_key, change_seq DESC`,
    [shard, keys],
  );
  return new Map(rows.map((row) => [row.key, { ...row, policy: undefined, selected: [], pairs: [] }]));
}
