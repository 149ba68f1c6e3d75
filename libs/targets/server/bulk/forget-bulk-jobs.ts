import type { Sql } from '@icmp-mon/platform/database';

/** Ended jobs that are kept at most, and for how long; the audit events stay. */
export const ENDED_JOBS_MAX = 500;
export const ENDED_JOBS_KEPT_DAYS = 90;

/**
 * Deletes ended jobs that are older than a time, or beyond the newest `ENDED_JOBS_MAX`.
 * @returns how many were deleted, at most `limit`
 */
export function forgetBulkJobs(sql: Sql, endedBefore: Date, limit: number): Promise<number> {
  return sql.execute(
    `DELETE FROM bulk_job WHERE id IN (
       SELECT id FROM (
         SELECT id, finished_at, row_number() OVER (ORDER BY seq DESC) AS nr FROM bulk_job WHERE finished_at IS NOT NULL) AS ended
       WHERE nr > $1 OR finished_at < $2 ORDER BY nr DESC LIMIT $3)`,
    [ENDED_JOBS_MAX, endedBefore, limit],
  );
}
