import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { type BulkState, BULK_TARGETS_MAX, type SourceDefinition } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { acceptJob, type NewJob } from '../bulk/accept-job';
import { storeParts } from '../bulk/bulk-selection';
import { endRun, lockClaimed, type RunFault, runMetadata } from './claimed-runs';
import { areTooMany } from './left-targets';
import { RUN_COLUMNS, type RunRow } from './source-rows';

interface EndedJob {
  id: string;
  state: BulkState;
  created: number;
  changed: number;
  unchanged: number;
  failed: number;
  error: string | null;
}

/** Targets of a source that left its list, and for which nothing was done yet. */
const PENDING = 'source_id = $1 AND left_at IS NOT NULL AND NOT is_left_handled';

/** Last steps of a run: after its import, pauses or removes the targets that left the list; after that, ends. */
@Injectable()
export class RunEnd {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** Continues a run whose list was read, and whose bulk jobs have ended. */
  continueRun(claimed: RunRow): Promise<void> {
    return this.database.transaction(async (sql) => {
      if (!(await lockClaimed(sql, claimed))) return;
      const [run] = await sql.query<RunRow>(`SELECT ${RUN_COLUMNS} FROM inventory_source_run WHERE id = $1`, [
        claimed.id,
      ]);
      if (run === undefined) return;
      const jobs = await endedJobs(sql, run);
      await storeCounts(sql, run, jobs);
      const leftJob = jobs.find(({ id }) => id === run.left_job_id);
      // After a job that failed, the next run does the same again. A person who cancels it means that the targets stay.
      if (leftJob !== undefined && leftJob.state !== 'failed') await recordHandled(sql, run);
      const fault = jobFault(jobs);
      if (fault === null && run.left_job_id === null && (await this.startLeftJob(sql, run))) return;
      await endRun(sql, run, fault);
    });
  }

  /** Starts the job that pauses or removes targets that left the list. Returns whether there is one. */
  private async startLeftJob(sql: Sql, run: RunRow): Promise<boolean> {
    if (run.dry_run || run.needs_confirmation || run.left_count === 0) return false;
    const [source] = await sql.query<{ definition: SourceDefinition }>(
      'SELECT definition FROM inventory_source WHERE id = $1 FOR KEY SHARE',
      [run.source_id],
    );
    if (source === undefined || (await this.mustBeConfirmed(sql, run, source.definition))) return false;
    const { left: action } = source.definition;
    const isRemoval = action === 'remove';
    const acted = `id IN (SELECT target_id FROM inventory_source_target WHERE ${PENDING})${isRemoval ? '' : ' AND NOT paused'}`;
    const selection = { conditions: [acted], params: [run.source_id] };
    const hasJob =
      action !== 'keep' &&
      (await sql.query(`SELECT FROM target_list WHERE ${acted} LIMIT 1`, selection.params)).length > 0;
    if (hasJob) {
      const change = isRemoval ? null : { paused: true };
      const kind = isRemoval ? 'remove' : 'change';
      const job: NewJob = { kind, filter: null, targets: null, change, expand: null, caller: null };
      const metadata = runMetadata(run);
      const { id } = await acceptJob(sql, this.store, job, metadata, (jobId) =>
        storeParts(sql, jobId, selection, { limit: BULK_TARGETS_MAX, isRemoval }),
      );
      await sql.execute(
        `UPDATE inventory_source_run SET left_job_id = $2, attempts = 0, claimed_until = '-infinity' WHERE id = $1`,
        [run.id, id],
      );
    }
    // A target that a person has paused stays paused when it is listed again; one that a failed job has paused does not.
    await sql.execute(
      `UPDATE inventory_source_target t SET is_paused = $2 AND (t.is_paused OR NOT l.paused)
       FROM target_list l WHERE l.id = t.target_id AND ${PENDING}`,
      [run.source_id, action === 'pause'],
    );
    if (!hasJob) await recordHandled(sql, run);
    return hasJob;
  }

  /** Decides again by the source as it is now, which may have been changed since its list was read. Stores and returns the decision. */
  private async mustBeConfirmed(sql: Sql, run: RunRow, definition: SourceDefinition): Promise<boolean> {
    const [counts] = await sql.query<{ before: number; pending: number }>(
      `SELECT count(*) FILTER (WHERE left_at IS NULL OR NOT is_left_handled) AS before, count(*) FILTER (WHERE ${PENDING}) AS pending
       FROM inventory_source_target JOIN target_list ON id = target_id WHERE source_id = $1`,
      [run.source_id],
    );
    if (counts === undefined || !areTooMany(counts, definition, run.confirmed_left)) return false;
    await sql.execute('UPDATE inventory_source_run SET needs_confirmation = true WHERE id = $1', [run.id]);
    return true;
  }
}

async function endedJobs(sql: Sql, { job_id, left_job_id }: RunRow): Promise<EndedJob[]> {
  return sql.query<EndedJob>(
    'SELECT id, state, created, changed, unchanged, failed, error FROM bulk_job WHERE id = ANY ($1::uuid[]) AND finished_at IS NOT NULL',
    [[job_id, left_job_id].filter((id) => id !== null)],
  );
}

/** Replaces what was expected by what the import did; it has no lines for entries that were unchanged when the list was read. */
async function storeCounts(sql: Sql, run: RunRow, jobs: readonly EndedJob[]): Promise<void> {
  const job = jobs.find(({ id }) => id === run.job_id);
  if (job === undefined || run.left_job_id !== null) return;
  const [created, changed] = [job.created, job.changed - job.created];
  await sql.execute(
    `UPDATE inventory_source_run SET created = $2, changed = $3, refused = $4, unchanged = listed - $2 - $3 - $4 WHERE id = $1`,
    [run.id, created, changed, job.failed],
  );
}

/** Records that nothing is left to do for the targets that left the list. */
async function recordHandled(sql: Sql, { source_id }: RunRow): Promise<void> {
  await sql.execute(`UPDATE inventory_source_target SET is_left_handled = true WHERE ${PENDING}`, [source_id]);
}

/** Returns why a run fails whose job failed or was cancelled. */
function jobFault(jobs: readonly EndedJob[]): RunFault | null {
  const job = jobs.find(({ state }) => state !== 'completed');
  if (job === undefined) return null;
  const advice = 'Targets that the job has changed stay changed. The source runs again at its interval.';
  const isCancelled = job.state === 'cancelled';
  return {
    error: isCancelled ? 'The bulk job of the run was cancelled.' : (job.error ?? 'The bulk job failed.'),
    advice,
  };
}
