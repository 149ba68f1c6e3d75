import { PATH_LIMITS } from '@icmp-mon/paths/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Deletes up to `rows` traces that were received too long ago; returns their number. */
export function forgetOldTraces(sql: Sql, rows: number): Promise<number> {
  return sql.execute(
    `DELETE FROM trace WHERE (id, agent_id) IN (
       SELECT id, agent_id FROM trace WHERE received_at < now() - interval '${PATH_LIMITS.tracesKeptDays} days'
       ORDER BY received_at LIMIT $1)`,
    [rows],
  );
}

/** Deletes the oldest traces above the largest number, up to `rows`; returns their number. */
export async function forgetExcessTraces(
  sql: Sql,
  rows: number,
  keptMax: number = PATH_LIMITS.tracesKeptMax,
): Promise<number> {
  const [{ count }] = await sql.query<{ count: number }>('SELECT count(*) AS count FROM trace');
  if (count <= keptMax) return 0;
  return sql.execute(
    `DELETE FROM trace WHERE (id, agent_id) IN (SELECT id, agent_id FROM trace ORDER BY received_at LIMIT $1)`,
    [Math.min(rows, count - keptMax)],
  );
}

/** Deletes up to `rows` changes of paths that are too old; returns their number. Unpublished ones are kept. */
export function forgetOldChanges(sql: Sql, rows: number): Promise<number> {
  return sql.execute(
    `DELETE FROM path_change WHERE change_seq IN (
       SELECT change_seq FROM path_change
       WHERE at < now() - interval '${PATH_LIMITS.changesKeptMonths} months'
         AND change_seq <= (SELECT published_seq FROM path_change_state) LIMIT $1)`,
    [rows],
  );
}

/** Deletes the oldest published changes above the largest number, up to `rows`; returns their number. Numbers have no gaps. */
export function forgetExcessChanges(
  sql: Sql,
  rows: number,
  keptMax: number = PATH_LIMITS.changesKeptMax,
): Promise<number> {
  return sql.execute(
    `DELETE FROM path_change WHERE change_seq IN (
       SELECT change_seq FROM path_change
       WHERE change_seq <= (SELECT least(published_seq, last_seq - $2::bigint) FROM path_change_state)
       ORDER BY change_seq LIMIT $1)`,
    [rows, keptMax],
  );
}
