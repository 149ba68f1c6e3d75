import type { Sql } from '@icmp-mon/platform/database';
import { DAY_MS, inSteps } from '@icmp-mon/platform/plugins';

/**
 * Files whose lines are kept at most, and for how long after the end of their job; as many of callers with a scope, so that these delete no
 * results of others, and as many lists of inventory sources. Of callers with a scope, the newest file of each scope stays before the second
 * newest of any.
 */
export const IMPORT_FILES_MAX = 20;
export const IMPORT_FILES_KEPT_DAYS = 7;
const NOT_ACCEPTED_KEPT = '1 hour';
/** Lines of one statement. */
const LINES_PER_STEP = 10_000;

/** Deletes lines of imports that are no longer kept, at most a million. Returns how many. */
export function forgetEndedImports(sql: Sql, nowMs: number): Promise<number> {
  const endedBefore = new Date(nowMs - IMPORT_FILES_KEPT_DAYS * DAY_MS);
  return inSteps(LINES_PER_STEP, () => forgetImportFiles(sql, endedBefore, LINES_PER_STEP));
}

/**
 * Forgets files whose job ended before a time, or that are beyond the newest `IMPORT_FILES_MAX`, and files without a job, and deletes lines of
 * forgotten files.
 * @returns how many lines were deleted, at most `limit`; if less, no forgotten file is left
 */
export async function forgetImportFiles(sql: Sql, endedBefore: Date, limit: number): Promise<number> {
  await sql.execute(
    `UPDATE import_file SET is_forgotten = true WHERE NOT is_forgotten AND id IN (
       SELECT id FROM (
         SELECT *, row_number() OVER (PARTITION BY is_uploaded, scope IS NULL ORDER BY nr_of_scope, received_at DESC) AS nr
         FROM (
           SELECT f.id, f.received_at, f.source_id IS NULL AS is_uploaded, j.id IS NULL AS is_alone, j.finished_at, j.scope,
             row_number() OVER (PARTITION BY f.source_id IS NULL, j.scope ORDER BY f.received_at DESC) AS nr_of_scope
           FROM import_file f LEFT JOIN bulk_job j ON j.id = f.id WHERE NOT f.is_forgotten) AS received) AS file
       WHERE (is_alone AND received_at < now() - interval '${NOT_ACCEPTED_KEPT}')
          OR (finished_at IS NOT NULL AND (nr > $1 OR finished_at < $2)))`,
    [IMPORT_FILES_MAX, endedBefore],
  );
  return deleteForgottenLines(sql, limit);
}

/** Forgets one file and deletes its lines. What remains after an error is deleted with other forgotten files. */
export async function forgetImportFile(sql: Sql, id: string): Promise<void> {
  await sql.execute('UPDATE import_file SET is_forgotten = true WHERE id = $1', [id]);
  await inSteps(LINES_PER_STEP, () => deleteForgottenLines(sql, LINES_PER_STEP));
}

async function deleteForgottenLines(sql: Sql, limit: number): Promise<number> {
  const deleted = await sql.execute(
    `DELETE FROM import_line WHERE ctid = ANY(ARRAY(
       SELECT l.ctid FROM import_file f JOIN import_line l ON l.file_id = f.id WHERE f.is_forgotten LIMIT $1))`,
    [limit],
  );
  if (deleted < limit) {
    await sql.execute(
      `DELETE FROM import_file f WHERE is_forgotten AND NOT EXISTS (SELECT FROM import_line WHERE file_id = f.id)`,
    );
  }
  return deleted;
}
