import type { Sql } from '@icmp-mon/platform/database';
import { destroyKeys, ERASED, streamOf } from '@icmp-mon/platform/event-store';
import { BULK_JOB_STREAM, TARGET_STREAM } from '@icmp-mon/targets/contract';

/**
 * Erases the texts of the bulk jobs that registered, changed or removed a target: filter, change, block and scope of their events, and in the
 * rows the names that they list, and, of jobs that have ended, filter, owner and pattern of names. A job that has not ended still needs these.
 */
export async function eraseJobTexts(sql: Sql, targetId: string): Promise<void> {
  const jobs = await sql.query<{ id: string }>(
    `SELECT DISTINCT metadata ->> 'causationId' AS id FROM event WHERE stream = $1 AND metadata ->> 'causationId' ~ '^[0-9a-f-]{36}$'`,
    [streamOf(TARGET_STREAM, targetId)],
  );
  const ids = jobs.map(({ id }) => id);
  if (ids.length === 0) return;
  await destroyKeys(
    sql,
    ids.map((id) => streamOf(BULK_JOB_STREAM, id)),
  );
  await sql.execute(
    `UPDATE bulk_job SET filter = CASE WHEN filter IS NOT NULL THEN $2 END,
       change = CASE WHEN change ? 'owner' THEN change || jsonb_build_object('owner', $2::text) ELSE change END,
       expand = CASE WHEN expand ? 'namePattern' THEN expand || jsonb_build_object('namePattern', $2::text) ELSE expand END
     WHERE id = ANY ($1::uuid[]) AND finished_at IS NOT NULL`,
    [ids, ERASED],
  );
  await sql.execute('UPDATE bulk_job_failure SET name = $2 WHERE job_id = ANY ($1::uuid[]) AND name IS NOT NULL', [
    ids,
    ERASED,
  ]);
  await sql.execute(
    `UPDATE import_line SET changes = '[]', parents = NULL WHERE file_id = ANY ($1::uuid[]) AND target_id = $2::uuid`,
    [ids, targetId],
  );
}
