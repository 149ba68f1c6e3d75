import type { Sql } from '@icmp-mon/platform/database';
import type { ChangeMarks } from '@icmp-mon/status/contract';
import type { ChangeRow } from '../status-tables';

/** Latest change of a target, with the time since when it has its status. */
export interface LatestChange extends ChangeRow {
  shard: number;
  /** When the status itself last changed, not only its reason. */
  status_at: Date;
}

/** Number of changes of one shard that one step reads. */
const NUMBERS_PER_STEP = 5_000;

const LATEST_CHANGE_COLUMNS = `
  c.shard, c.change_seq, c.target_key, c.target_id, host(c.ip) AS ip, c.vrf, c.tier, c.from_status, c.to_status, c.reason,
  c.at, c.since, c.began_at, c.flapping_since, c.flapping_changes, c.last_success_at, c.votes, c.removed, c.position,
  coalesce((SELECT moved.at FROM status_change moved
            WHERE moved.target_key = c.target_key AND moved.change_seq <= c.change_seq AND moved.from_status <> moved.to_status
            ORDER BY moved.change_seq DESC LIMIT 1),
           (SELECT first.at FROM status_change first
            WHERE first.target_key = c.target_key ORDER BY first.change_seq LIMIT 1)) AS status_at`;

/** Reads up to which number each shard has stored changes. */
export async function changeMarks(sql: Sql): Promise<ChangeMarks> {
  const rows = await sql.query<{ shard: number; change_seq: number }>(
    'SELECT shard, max(change_seq) AS change_seq FROM status_change GROUP BY shard',
  );
  return Object.fromEntries(rows.map(({ shard, change_seq }) => [shard, change_seq]));
}

export async function highestTargetKey(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ key: number | null }>('SELECT max(target_key) AS key FROM status_change');
  return row?.key ?? 0;
}

/** Reads the latest change of each target with `after < key <= upTo`; for a removed target it is the removal. */
export function latestChangesOfKeys(sql: Sql, after: number, upTo: number): Promise<LatestChange[]> {
  return sql.query<LatestChange>(
    `SELECT ${LATEST_CHANGE_COLUMNS} FROM (
       SELECT DISTINCT ON (target_key) * FROM status_change WHERE target_key > $1 AND target_key <= $2
       ORDER BY target_key, change_seq DESC) AS c`,
    [after, upTo],
  );
}

/**
 * Reads the latest changes of targets that changed between the marks, a bounded number per call, and the marks up to which they are
 * complete.
 */
export async function latestChangesBetween(
  sql: Sql,
  marks: ChangeMarks,
  ends: ChangeMarks,
): Promise<{ changes: LatestChange[]; marks: ChangeMarks }> {
  const next: Record<number, number> = {};
  for (const [shard, end] of Object.entries(ends)) {
    next[Number(shard)] = Math.min(end, (marks[Number(shard)] ?? 0) + NUMBERS_PER_STEP);
  }
  const ranges = Object.entries(next).map(([shard, upTo]) => ({
    shard: Number(shard),
    after: marks[Number(shard)] ?? 0,
    upTo,
  }));
  const changes = await sql.query<LatestChange>(
    `SELECT ${LATEST_CHANGE_COLUMNS} FROM (
       SELECT DISTINCT ON (target_key) status_change.*
       FROM status_change JOIN jsonb_to_recordset($1::jsonb) AS r(shard smallint, after bigint, "upTo" bigint)
         ON status_change.shard = r.shard AND change_seq > r.after AND change_seq <= r."upTo"
       ORDER BY target_key, change_seq DESC) AS c`,
    [JSON.stringify(ranges)],
  );
  return { changes, marks: next };
}
