import type { Sql, Transactor } from '@icmp-mon/platform/database';
import type { EventMetadata } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { SOURCE_RUNS_KEPT } from '@icmp-mon/targets/contract';
import { RUN_COLUMNS, type RunRow } from './source-rows';

/** Actor of runs at the interval of a source. */
export const SCHEDULE_ACTOR = 'system:inventory-sources';
/** Metadata of the jobs of a run. A run at the interval is no event that the audit could list as their cause. */
export const runMetadata = (run: RunRow): EventMetadata => ({
  actor: run.requested_by,
  correlationId: run.correlation_id,
  causationId: run.requested_by === SCHEDULE_ACTOR ? null : run.id,
});

/** How long a worker has a run before another one may repeat its step: longer than a list may take to be read. */
const CLAIM = '15 minutes';
/** Pause before a run that must wait is looked at again. */
const POSTPONED = '15 seconds';

/** Condition of a time that is later than it can have been set: the clock of the database went back since. */
function isTooLate(time: string, span: string): string {
  return `(${time} > now() + ${span} + interval '1 minute')`;
}

/** Time between two runs of a source. */
const INTERVAL = `(definition ->> 'intervalS')::integer * interval '1 second'`;
const DUE = `(due_at <= now() OR ${isTooLate('due_at', INTERVAL)})`;

/** Condition of runs that have something to do: not those whose bulk job has not ended. */
const READY = `finished_at IS NULL AND (claimed_until < now() OR ${isTooLate('claimed_until', `interval '${CLAIM}'`)}) AND NOT EXISTS (
  SELECT FROM bulk_job j WHERE j.id IN (inventory_source_run.job_id, inventory_source_run.left_job_id) AND j.finished_at IS NULL)`;
export const SOURCES_WAIT = `
  SELECT FROM inventory_source WHERE ${DUE} UNION ALL SELECT FROM inventory_source_run WHERE ${READY} LIMIT 1`;

/** Starts the run of one source that is due; if a run of it is unfinished, it is due again soon. Returns false if none is due. */
export async function startDueRun(database: Transactor): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [due] = await sql.query<{ id: string }>(
      `SELECT id FROM inventory_source WHERE ${DUE} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    if (due === undefined) return false;
    const started = await sql.execute(
      `INSERT INTO inventory_source_run (id, source_id, dry_run, requested_by, correlation_id) VALUES ($1, $2, false, $3, $4)
       ON CONFLICT (source_id) WHERE finished_at IS NULL DO NOTHING`,
      [newId(), due.id, SCHEDULE_ACTOR, newId()],
    );
    await sql.execute(
      `UPDATE inventory_source SET due_at = now() + CASE WHEN $2 THEN ${INTERVAL} ELSE interval '${POSTPONED}' END WHERE id = $1`,
      [due.id, started > 0],
    );
    return true;
  });
}

/** Claims the next run that has something to do, and counts an attempt; undefined if there is none. */
export async function claimRun(sql: Sql): Promise<RunRow | undefined> {
  const [run] = await sql.query<RunRow>(
    `UPDATE inventory_source_run SET claimed_until = now() + interval '${CLAIM}', attempts = attempts + 1,
       started_at = coalesce(started_at, now()), state = CASE state WHEN 'queued' THEN 'reading' ELSE state END
     WHERE id = (SELECT id FROM inventory_source_run WHERE ${READY} ORDER BY requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${RUN_COLUMNS}`,
  );
  return run;
}

/** Locks a claimed run. Returns false if another worker has repeated its step in the meantime, or its source was removed. */
export async function lockClaimed(sql: Sql, { id, attempts }: RunRow): Promise<boolean> {
  const rows = await sql.query(
    'SELECT FROM inventory_source_run WHERE id = $1 AND attempts = $2 AND finished_at IS NULL FOR UPDATE',
    [id, attempts],
  );
  return rows.length > 0;
}

/** Lets a run wait that cannot continue now; the attempt does not count. */
export async function postponeRun(sql: Sql, { id, attempts }: RunRow): Promise<void> {
  await sql.execute(
    `UPDATE inventory_source_run SET claimed_until = now() + interval '${POSTPONED}', attempts = attempts - 1
     WHERE id = $1 AND attempts = $2 AND finished_at IS NULL`,
    [id, attempts],
  );
}

/** Why a run failed, and what to do. */
export interface RunFault {
  error: string;
  advice: string;
}

/** Ends a run, stores whether its source fails, and deletes the oldest runs of the source. */
export async function endRun(sql: Sql, { id, source_id }: RunRow, fault: RunFault | null): Promise<void> {
  await sql.execute(
    `UPDATE inventory_source_run SET state = CASE WHEN $2::text IS NULL THEN 'completed' ELSE 'failed' END, error = $2, advice = $3,
       finished_at = now() WHERE id = $1`,
    [id, fault?.error ?? null, fault?.advice ?? null],
  );
  await sql.execute(
    `UPDATE inventory_source SET failing_since = CASE WHEN $2 THEN coalesce(failing_since, now()) END WHERE id = $1`,
    [source_id, fault !== null],
  );
  await sql.execute(
    `DELETE FROM inventory_source_run WHERE id IN (
       SELECT id FROM inventory_source_run WHERE source_id = $1 ORDER BY requested_at DESC OFFSET $2)`,
    [source_id, SOURCE_RUNS_KEPT],
  );
}
