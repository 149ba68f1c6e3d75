import type { Sql } from '@icmp-mon/platform/database';

/**
 * Deletes versions that ended before a time. The horizon moves first, so that no query is answered from a part of the versions.
 * @returns how many were deleted, at most `limit`
 */
export async function forgetVersions(sql: Sql, endedBefore: Date, limit: number): Promise<number> {
  await sql.execute('UPDATE target_version_horizon SET ended_before = $1 WHERE ended_before < $1', [endedBefore]);
  return sql.execute(
    `DELETE FROM target_version WHERE (key, version) IN (
       SELECT key, version FROM target_version WHERE valid << tstzrange($1, NULL) LIMIT $2)`,
    [endedBefore, limit],
  );
}
