import type { Sql } from '@icmp-mon/platform/database';
import type { TargetScopes } from '@icmp-mon/targets/contract';
import { notifyChanged } from '../maintenance-changed';

/** An occurrence by window and date. */
export interface OccurrenceKey {
  windowId: string;
  date: string;
}

/**
 * Compares the targets of an open occurrence with its scope: the periods of targets that left it end at `at`, periods of new targets begin then. Returns how many
 * changed. Their periods are the record of the occurrence, which stays when it has closed.
 */
export async function resolveMembers(
  sql: Sql,
  scopes: TargetScopes,
  { windowId, date, scope }: OccurrenceKey & { scope: string },
  at: Date,
): Promise<number> {
  const params: unknown[] = [windowId, date, at];
  const [{ changed }] = await sql.query<{ changed: number }>(
    `WITH scoped AS MATERIALIZED (${scopes.selectKeys(scope, params)}),
     gone AS (
       UPDATE maintenance_member m SET to_at = greatest($3, m.from_at)
       WHERE m.window_id = $1 AND m.date = $2::date AND m.to_at IS NULL
         AND NOT EXISTS (SELECT FROM scoped WHERE scoped.key = m.target_key)
       RETURNING m.target_key),
     joined AS (
       INSERT INTO maintenance_member (window_id, date, target_key, from_at)
       SELECT $1, $2::date, scoped.key, $3 FROM scoped
       WHERE NOT EXISTS (
         SELECT FROM maintenance_member m
         WHERE m.window_id = $1 AND m.date = $2::date AND m.target_key = scoped.key AND m.to_at IS NULL)
       ON CONFLICT (window_id, date, target_key, from_at) DO UPDATE SET to_at = NULL
       RETURNING target_key)
     SELECT ((SELECT count(*) FROM gone) + (SELECT count(*) FROM joined))::integer AS changed`,
    params,
  );
  return changed;
}

/** Like `resolveMembers`, for an occurrence that may have closed in the meantime. */
export async function resolveAgain(
  sql: Sql,
  scopes: TargetScopes,
  { windowId, date }: OccurrenceKey,
  nowMs: number,
): Promise<void> {
  const [row] = await sql.query<{ scope: string }>(
    `SELECT scope FROM maintenance_occurrence WHERE window_id = $1 AND date = $2::date AND state = 'open' FOR UPDATE`,
    [windowId, date],
  );
  if (row === undefined) return;
  const changed = await resolveMembers(sql, scopes, { windowId, date, ...row }, new Date(nowMs));
  if (changed > 0) await notifyChanged(sql);
}

/** Ends the periods of all targets of an occurrence and returns how many targets were in it at any time. */
export async function endMembers(sql: Sql, { windowId, date }: OccurrenceKey, at: Date): Promise<number> {
  await sql.execute(
    `UPDATE maintenance_member SET to_at = greatest($3, from_at) WHERE window_id = $1 AND date = $2::date AND to_at IS NULL`,
    [windowId, date, at],
  );
  const [{ count }] = await sql.query<{ count: number }>(
    `SELECT count(DISTINCT target_key)::integer AS count FROM maintenance_member WHERE window_id = $1 AND date = $2::date`,
    [windowId, date],
  );
  return count;
}
