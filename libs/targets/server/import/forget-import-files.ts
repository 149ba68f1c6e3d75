import type { Sql } from '@icmp-mon/platform/database';

/** Files whose lines are kept at most, and for how long after the end of their job. */
export const IMPORT_FILES_MAX = 20;
export const IMPORT_FILES_KEPT_DAYS = 7;
const NOT_ACCEPTED_KEPT = '1 hour';

/**
 * Deletes the lines of files whose job ended before a time, or that are beyond the newest `IMPORT_FILES_MAX`, and of files without a job.
 * @returns how many files were deleted, at most `limit`
 */
export function forgetImportFiles(sql: Sql, endedBefore: Date, limit: number): Promise<number> {
  return sql.execute(
    `DELETE FROM import_file WHERE id IN (
       SELECT id FROM (
         SELECT f.id, f.received_at, j.id IS NULL AS is_alone, j.finished_at, row_number() OVER (ORDER BY f.received_at DESC) AS nr
         FROM import_file f LEFT JOIN bulk_job j ON j.id = f.id) AS file
       WHERE (is_alone AND received_at < now() - interval '${NOT_ACCEPTED_KEPT}')
          OR (finished_at IS NOT NULL AND (nr > $1 OR finished_at < $2))
       ORDER BY nr DESC LIMIT $3)`,
    [IMPORT_FILES_MAX, endedBefore, limit],
  );
}
