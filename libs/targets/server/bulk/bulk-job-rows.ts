import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { EventMetadata } from '@icmp-mon/platform/event-store';
import {
  BULK_FAILURES_MAX,
  type BulkChange,
  type BulkCounts,
  type BulkFailure,
  type BulkJobDetail,
  type BulkJobView,
  type BulkKind,
  type BulkState,
  type ImportOrder,
} from '@icmp-mon/targets/contract';

/** A row of `bulk_job`. */
export interface BulkJobRow extends BulkCounts {
  id: string;
  kind: BulkKind;
  state: BulkState;
  filter: string | null;
  change: BulkChange | null;
  expand: BulkJobView['expand'];
  import: ImportOrder | null;
  /** Filter of the only targets that the job touches; null without a limit. */
  scope: Scope;
  /** Whether the job runs only while who requested it has the access of the request. */
  of_caller: boolean;
  requested_by: string;
  correlation_id: string;
  requested_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  total: number;
  parts: number;
  next_part: number;
  /** Of `changed`, the registered ones. */
  created: number;
  error: string | null;
}

/** Columns of a `BulkJobRow`. */
export const JOB_COLUMNS = `id, kind, state, filter, change, expand, import, scope, of_caller, requested_by, correlation_id, requested_at, started_at,
  finished_at, total, parts, next_part, created, changed, unchanged, skipped, failed, error`;

/** Returns the metadata of the events that a job causes: the actor and correlation of its request; the job is the cause. */
export const jobMetadata = ({ id, requested_by, correlation_id }: BulkJobRow): EventMetadata => ({
  actor: requested_by,
  causationId: id,
  correlationId: correlation_id,
});

export function bulkJobView(row: BulkJobRow): BulkJobView {
  const { id, kind, state, filter, change, expand, total, created, changed, unchanged, skipped, failed, error } = row;
  return {
    ...{ id, kind, state, filter, change, expand, import: row.import, scope: row.scope, total, created },
    ...{ done: changed + unchanged + skipped + failed, changed, unchanged, skipped, failed, error },
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** The caller who asks for jobs: with a scope, only for the jobs that it requested within this scope. */
export interface JobReader {
  actor: string;
  scope: Scope;
}

/** Returns the SQL condition on `bulk_job` for the jobs that a caller sees. Adds its parameters to `params`. */
export const seenBy = ({ actor, scope }: JobReader, params: unknown[]): string =>
  scope === null ? 'true' : `(requested_by = $${params.push(actor)} AND scope = $${params.push(scope)})`;

/** Returns the row of a job that the caller sees, locked if asked. @throws DomainError `not_found` */
export async function readJob(
  sql: Sql,
  id: string,
  reader: JobReader,
  lock: '' | 'FOR UPDATE' = '',
): Promise<BulkJobRow> {
  const params: unknown[] = [id];
  const text = `SELECT ${JOB_COLUMNS} FROM bulk_job WHERE id = $1 AND ${seenBy(reader, params)} ${lock}`;
  const [row] = await sql.query<BulkJobRow>(text, params);
  if (row !== undefined) return row;
  throw new DomainError('not_found', `There is no bulk job ${id}. Jobs are deleted some time after their end.`);
}

/** Returns a job with the targets that it skipped. @throws DomainError `not_found` */
export async function readJobDetail(sql: Sql, id: string, reader: JobReader): Promise<BulkJobDetail> {
  const row = await readJob(sql, id, reader);
  const failures = await sql.query<BulkFailure>(
    `SELECT target_id AS id, ip, vrf, name, reason, text FROM bulk_job_failure WHERE job_id = $1
     ORDER BY nr LIMIT ${BULK_FAILURES_MAX}`,
    [id],
  );
  return { ...bulkJobView(row), failures };
}
