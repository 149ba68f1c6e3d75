import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import type { Scope } from '@icmp-mon/identity/contract';
import type { BulkJobDetail, BulkJobRequested } from '@icmp-mon/targets/contract';
import { BULK_JOB, request } from './bulk-job';
import { readJobDetail } from './bulk-job-rows';
import { PART_TARGETS } from './bulk-selection';

/** NOTIFY channel that wakes the workers. */
export const JOB_ACCEPTED_CHANNEL = 'bulk_job_accepted';
/** Most jobs that wait or run. */
export const UNFINISHED_JOBS_MAX = 20;
/** Most of them by callers with the same scope, so that they leave places for others. */
export const UNFINISHED_JOBS_OF_SCOPE_MAX = 3;
/** Advisory lock of the transactions that accept jobs, so that their order is the order of `seq`; no other lock has this id. */
const ACCEPT_LOCK = 7_260_103;

export type NewJob = Omit<BulkJobRequested['data'], 'jobId' | 'total' | 'scope'> & {
  /** The job runs within the scope of its caller and while the caller has this access; null: it runs for the installation (an inventory source). */
  caller: { scope: Scope } | null;
};

/**
 * Stores a job with its audit event in the caller's transaction, and wakes a worker at the commit.
 * @param fill stores the parts of the job and returns the number of its targets
 * @param jobId a new id, unless what the job uses has it already
 * @throws DomainError `too_many_requests` while too many jobs are unfinished
 */
export async function acceptJob(
  sql: Sql,
  store: EventStore,
  job: NewJob,
  metadata: RequestMetadata,
  fill: (jobId: string) => Promise<number>,
  jobId = newId(),
): Promise<BulkJobDetail> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [ACCEPT_LOCK]);
  const { caller, ...requested } = job;
  const scope = caller?.scope ?? null;
  await requirePlace(sql, scope);
  const { kind, filter, change, expand, import: order = null } = requested;
  await sql.execute(
    `INSERT INTO bulk_job (id, kind, filter, change, expand, import, requested_by, correlation_id, scope, of_caller)
     VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7, $8, $9, $10)`,
    [
      ...[jobId, kind, filter, jsonOf(change), jsonOf(expand), jsonOf(order)],
      ...[metadata.actor, metadata.correlationId, scope, caller !== null],
    ],
  );
  const total = await fill(jobId);
  const parts = Math.ceil(total / PART_TARGETS);
  await sql.execute('UPDATE bulk_job SET total = $2, parts = $3 WHERE id = $1', [jobId, total, parts]);
  const data = { ...requested, jobId, total, ...(scope !== null && { scope }) };
  await store.executeWithin(sql, BULK_JOB, jobId, (state) => request(state, data), { metadata });
  await sql.query('SELECT pg_notify($1, $2)', [JOB_ACCEPTED_CHANNEL, '']);
  const accepted = await readJobDetail(sql, jobId, { actor: metadata.actor, scope });
  await keepAnswer(sql, accepted);
  return accepted;
}

const jsonOf = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** @throws DomainError `too_many_requests` while too many jobs are unfinished; a caller with a scope does not learn how many others have */
export async function requirePlace(sql: Sql, scope: Scope): Promise<void> {
  const [row] = await sql.query<{ count: number; of_scope: number }>(
    `SELECT count(*) AS count, count(*) FILTER (WHERE scope = $1) AS of_scope FROM bulk_job WHERE state IN ('queued', 'running')`,
    [scope],
  );
  if (scope !== null && row.of_scope >= UNFINISHED_JOBS_OF_SCOPE_MAX) throw tooManyOfScope();
  if (row.count < UNFINISHED_JOBS_MAX) return;
  throw new DomainError('too_many_requests', scope === null ? tooManyJobs(row.count) : JOBS_WAIT);
}

const JOBS_WAIT = 'Too many bulk jobs wait or run. Try again in some minutes.';

const tooManyJobs = (count: number): string =>
  `${count} bulk jobs wait or run already. Wait for one of them, or cancel it: GET /api/v1/bulk-jobs lists them.`;

const tooManyOfScope = (): DomainError =>
  new DomainError(
    'too_many_requests',
    `At most ${UNFINISHED_JOBS_OF_SCOPE_MAX} bulk jobs of one scope wait or run at the same time. Wait for one of them, or cancel one of ` +
      'yours: GET /api/v1/bulk-jobs lists them.',
  );
