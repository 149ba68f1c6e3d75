import { BackOff } from '@icmp-mon/platform/concurrency';
import {
  ControlDatabase,
  isConnectionError,
  isTransient,
  isUniqueViolation,
  type Sql,
} from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore, VersionConflict } from '@icmp-mon/platform/event-store';
import { createLogger } from '@icmp-mon/platform/ops';
import { CallerAccess } from '@icmp-mon/platform/plugins';
import { BULK_FAILURES_MAX, type BulkKind } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { ADDRESS_TAKEN } from '../target-list/inventory';
import { type BulkJobRow, JOB_COLUMNS, jobMetadata } from './bulk-job-rows';
import { runChangePart } from './change-part';
import { endJob } from './end-job';
import { ACCESS_CHANGED, keepsAccess } from './requester-access';
import { errorInScope } from '../within-scope';
import { runExpandPart } from './expand-part';
import { forgetEndedImports } from '../import/forget-import-files';
import { runImportPart } from '../import/import-part';
import type { PartTally } from './part-tally';

/** Attempts of a part, one immediately after the other, while others change its targets. */
const PART_ATTEMPTS_MAX = 10;
const BACK_OFF = { firstMs: 20, maxMs: 1_000 };
/** Attempts of a part that may end without a result, because the process or its connection to the database ended, or a statement took too long. */
export const BROKEN_ATTEMPTS_MAX = 5;
const UNFINISHED = `SELECT ${JOB_COLUMNS} FROM bulk_job WHERE state IN ('queued', 'running') AND id = $1`;
/** Counts an attempt of the next part of the oldest job. Waits for a part of it that runs. */
const BEGIN_ATTEMPT = `
  UPDATE bulk_job SET attempts = attempts + 1 WHERE id = (
    SELECT id FROM bulk_job WHERE state IN ('queued', 'running') ORDER BY seq LIMIT 1) RETURNING id, attempts`;

/** Why a job failed after these attempts, for its view. */
const BROKEN =
  `A part of the job was attempted ${BROKEN_ATTEMPTS_MAX} times without a result: each time the worker or its connection to the database ` +
  'ended, or a statement took too long. Targets that the job has changed stay changed; the log of the worker has the errors with the id of ' +
  'the job. Request it again in smaller pieces.';

const PARTS: Readonly<Record<BulkKind, (sql: Sql, job: BulkJobRow) => Promise<PartTally>>> = {
  change: runChangePart,
  remove: runChangePart,
  expand: runExpandPart,
  import: runImportPart,
};

/**
 * Runs bulk jobs, one after the other in the order of their acceptance, part by part:
 *
 *   count an attempt, then in one transaction:  lock the job's row → events of the part's targets → counts, failures, next_part, no attempts
 *
 * - Once: the position advances with the events, so a part that was interrupted has had no effect, and none takes effect twice; also if
 *   two workers run at the same time, because the row is locked.
 * - Allowed: a job of a caller ends before its next part if the caller was disabled, or has another scope or too few permissions. The access that a part begins
 *   with is held until it has committed.
 * - Short: a part has few targets, because an open append delays the relay and a cancellation waits for the part.
 * - Finite: a job fails after some attempts of a part that ended without a result, so that it does not delay the others for ever. The count is
 *   stored before the part begins: also attempts that end the process are counted.
 */
@Injectable()
export class BulkJobRunner {
  private readonly logger = createLogger('bulk-jobs');

  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly access: CallerAccess,
  ) {}

  /**
   * Runs all jobs until none is left or `signal` is aborted.
   * @throws DependencyUnavailable while the database is unavailable; the jobs continue at the next call
   */
  async runJobs(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.runNextPart()));
  }

  /** Runs the next part of the oldest job. Returns false if no job is left. */
  async runNextPart(): Promise<boolean> {
    const [begun] = await this.database.query<{ id: string; attempts: number }>(BEGIN_ATTEMPT);
    if (begun === undefined) return false;
    const { id, attempts } = begun;
    if (attempts <= BROKEN_ATTEMPTS_MAX) await this.attemptPart(id);
    else {
      this.logger.error({ job: id }, 'bulk job failed: none of the attempts of a part had a result');
      await this.endFailed(id, () => BROKEN, attempts);
    }
    return true;
  }

  /** Runs the next part of a job that has not ended. */
  private async attemptPart(id: string): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const isImportEnd = await this.database.transaction(async (sql) => {
          const [job] = await sql.query<BulkJobRow>(`${UNFINISHED} FOR UPDATE`, [id]);
          return job !== undefined && (await this.runPart(sql, job)) && job.kind === 'import';
        });
        if (isImportEnd) await this.forgetImports();
        return;
      } catch (error) {
        if (isConnectionError(error)) {
          this.logger.warn(
            { err: error, job: id },
            'a part of a bulk job ended without a result; it is attempted again',
          );
          throw error;
        }
        if (isRetriable(error) && attempt < PART_ATTEMPTS_MAX) await backOff.waitAfterFailure();
        else return this.failJob(id, error);
      }
    }
  }

  /** Runs the next part of a job. Returns whether the job has ended with it. */
  private async runPart(sql: Sql, job: BulkJobRow): Promise<boolean> {
    if (!(await keepsAccess(sql, this.access, job))) {
      await endJob(sql, this.store, job, { state: 'failed', error: ACCESS_CHANGED }, jobMetadata(job));
      return true;
    }
    let after = job;
    let isLast = job.parts === 0;
    if (!isLast) {
      const tally = await PARTS[job.kind](sql, job);
      after = await storeProgress(sql, job, tally);
      isLast = tally.isLast ?? after.next_part >= after.parts;
    }
    if (isLast) await endJob(sql, this.store, after, { state: 'completed' }, jobMetadata(job));
    return isLast;
  }

  /** Ends a job that cannot continue. */
  private async failJob(id: string, cause: unknown): Promise<void> {
    this.logger.error({ err: cause, job: id }, 'bulk job failed');
    await this.endFailed(id, ({ scope }) => reasonOf(errorInScope(scope, cause)), 0);
  }

  /** Ends a job unless another worker has ended or failed it meanwhile, or has ended a part of it, which sets the attempts to 0. */
  private async endFailed(id: string, errorOf: (job: BulkJobRow) => string, attemptsMin: number): Promise<void> {
    await this.database.transaction(async (sql) => {
      const [job] = await sql.query<BulkJobRow>(`${UNFINISHED} AND attempts >= $2 FOR UPDATE`, [id, attemptsMin]);
      if (job === undefined) return;
      await endJob(sql, this.store, job, { state: 'failed', error: errorOf(job) }, jobMetadata(job));
    });
    await this.forgetImports();
  }

  /** Deletes lines of ended imports that are no longer kept; what it cannot delete now, housekeeping deletes. */
  private async forgetImports(): Promise<void> {
    try {
      await forgetEndedImports(this.database, Date.now());
    } catch (error) {
      this.logger.warn({ err: error }, 'lines of ended imports are not deleted yet; housekeeping deletes them');
    }
  }
}

/** Returns whether a part that runs again may succeed: another writer was first, or the database was busy. */
const isRetriable = (error: unknown): boolean =>
  (error instanceof DomainError && error.code === 'precondition_failed') ||
  error instanceof VersionConflict ||
  isTransient(error) ||
  isUniqueViolation(error, ADDRESS_TAKEN);

/** Returns why a job failed, for its view. */
function reasonOf(cause: unknown): string {
  if (cause instanceof DomainError) return cause.message;
  return 'An unexpected error ended the job. Targets that it has changed stay changed; the log of the worker has the error with the id of the job.';
}

async function storeProgress(sql: Sql, job: BulkJobRow, { counts, created, failures }: PartTally): Promise<BulkJobRow> {
  const listed = job.skipped + job.failed;
  const rows = failures.slice(0, Math.max(0, BULK_FAILURES_MAX - listed));
  if (rows.length > 0) {
    await sql.execute(
      `INSERT INTO bulk_job_failure (job_id, nr, target_id, ip, vrf, name, reason, text)
       SELECT $1, $2 + f.nr, f.id, f.ip, f.vrf, f.name, f.reason, f.text
       FROM ROWS FROM (jsonb_to_recordset($3::jsonb) AS (id uuid, ip text, vrf text, name text, reason text, text text))
         WITH ORDINALITY AS f (id, ip, vrf, name, reason, text, nr)`,
      [job.id, listed, JSON.stringify(rows)],
    );
  }
  const { changed, unchanged, skipped, failed } = counts;
  const [after] = await sql.query<BulkJobRow>(
    `UPDATE bulk_job SET state = 'running', started_at = coalesce(started_at, now()), progressed_at = clock_timestamp(),
       next_part = next_part + 1, changed = changed + $2, unchanged = unchanged + $3, skipped = skipped + $4, failed = failed + $5,
       created = created + $6, attempts = 0
     WHERE id = $1 RETURNING ${JOB_COLUMNS}`,
    [job.id, changed, unchanged, skipped, failed, created],
  );
  return after;
}
