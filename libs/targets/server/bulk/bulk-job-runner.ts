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
import { BULK_FAILURES_MAX, type BulkKind } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { ADDRESS_TAKEN } from '../target-list/inventory';
import { type BulkJobRow, JOB_COLUMNS, jobMetadata } from './bulk-job-rows';
import { runChangePart } from './change-part';
import { endJob } from './end-job';
import { runExpandPart } from './expand-part';
import { runImportPart } from '../import/import-part';
import type { PartTally } from './part-tally';

const PART_ATTEMPTS_MAX = 10;
const BACK_OFF = { firstMs: 20, maxMs: 1_000 };
const UNFINISHED = `SELECT ${JOB_COLUMNS} FROM bulk_job WHERE state IN ('queued', 'running')`;

const PARTS: Readonly<Record<BulkKind, (sql: Sql, job: BulkJobRow) => Promise<PartTally>>> = {
  change: runChangePart,
  remove: runChangePart,
  expand: runExpandPart,
  import: runImportPart,
};

/**
 * Runs bulk jobs, one after the other in the order of their acceptance, part by part:
 *
 *   one transaction:  lock the job's row → events of the part's targets → counts, failures, next_part
 *
 * - Once: the position advances with the events, so a part that was interrupted has had no effect, and none takes effect twice; also if
 *   two workers run at the same time, because the row is locked.
 * - Short: a part has few targets, because an open append delays the relay and a cancellation waits for the part.
 */
@Injectable()
export class BulkJobRunner {
  private readonly logger = createLogger('bulk-jobs');

  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
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
    const backOff = new BackOff(BACK_OFF);
    for (let attempt = 1; ; attempt += 1) {
      let job: BulkJobRow | undefined;
      try {
        return await this.database.transaction(async (sql) => {
          [job] = await sql.query<BulkJobRow>(`${UNFINISHED} ORDER BY seq LIMIT 1 FOR UPDATE`);
          if (job !== undefined) await this.runPart(sql, job);
          return job !== undefined;
        });
      } catch (error) {
        if (isConnectionError(error) || job === undefined) throw error;
        if (isRetriable(error) && attempt < PART_ATTEMPTS_MAX) await backOff.waitAfterFailure();
        else return this.failJob(job.id, error);
      }
    }
  }

  private async runPart(sql: Sql, job: BulkJobRow): Promise<void> {
    let after = job;
    let isLast = job.parts === 0;
    if (!isLast) {
      const tally = await PARTS[job.kind](sql, job);
      after = await storeProgress(sql, job, tally);
      isLast = tally.isLast ?? after.next_part >= after.parts;
    }
    if (isLast) await endJob(sql, this.store, after, { state: 'completed' }, jobMetadata(job));
  }

  /** Ends a job that cannot continue. Returns true, so that the next one runs. */
  private async failJob(id: string, cause: unknown): Promise<boolean> {
    this.logger.error({ err: cause, job: id }, 'bulk job failed');
    const error = reasonOf(cause);
    await this.database.transaction(async (sql) => {
      const [job] = await sql.query<BulkJobRow>(`${UNFINISHED} AND id = $1 FOR UPDATE`, [id]);
      if (job !== undefined) await endJob(sql, this.store, job, { state: 'failed', error }, jobMetadata(job));
    });
    return true;
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
       created = created + $6
     WHERE id = $1 RETURNING ${JOB_COLUMNS}`,
    [job.id, changed, unchanged, skipped, failed, created],
  );
  return after;
}
