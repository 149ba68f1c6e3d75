import type { Sql } from '@icmp-mon/platform/database';
import { type EventMetadata, type EventStore } from '@icmp-mon/platform/event-store';
import type { BulkJobEnded } from '@icmp-mon/targets/contract';
import { BULK_JOB, end } from './bulk-job';
import type { BulkJobRow } from './bulk-job-rows';

/** Ends a job whose row the caller has locked: stores its state and the audit event, and deletes its parts. */
export async function endJob(
  sql: Sql,
  store: EventStore,
  { id, changed, unchanged, skipped, failed }: BulkJobRow,
  { state, error = null }: Pick<BulkJobEnded['data'], 'state'> & { error?: string | null },
  metadata: EventMetadata,
): Promise<void> {
  await sql.execute('UPDATE bulk_job SET state = $2, error = $3, finished_at = now() WHERE id = $1', [
    id,
    state,
    error,
  ]);
  await sql.execute('DELETE FROM bulk_job_part WHERE job_id = $1', [id]);
  const data = { jobId: id, state, error, changed, unchanged, skipped, failed };
  await store.executeWithin(sql, BULK_JOB, id, (current) => end(current, data), { metadata });
}
