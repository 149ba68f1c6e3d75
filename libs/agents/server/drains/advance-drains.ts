import type { HeldTargets } from '@icmp-mon/assignment/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { AGENT, drain } from '../agent';
import { DRAIN_COLUMNS, type DrainJobRow, readDrainedAgents, UNLOOKED } from './drain-job-rows';
import { nextStep } from './drain-plan';

/** Ended jobs are kept this long. */
const KEPT_DAYS = 30;

/**
 * Makes the next step of each unfinished drain job: drains its next agents, and stores its progress. All in one transaction per job, with its
 * row locked, so that a step takes effect once even if several processes run it, and continues after one that ended. Returns the number of jobs.
 */
export async function advanceDrains(control: ControlDatabase, held: HeldTargets): Promise<number> {
  await control.execute(`DELETE FROM agent_drain_job WHERE finished_at < now() - interval '${KEPT_DAYS} days'`);
  const jobs = await control.query<{ id: string }>(
    'SELECT id FROM agent_drain_job WHERE finished_at IS NULL ORDER BY requested_at',
  );
  const store = new EventStore(control);
  for (const { id } of jobs) await control.transaction((sql) => advanceJob(sql, store, held, id));
  return jobs.length;
}

async function advanceJob(sql: Sql, store: EventStore, held: HeldTargets, id: string): Promise<void> {
  const [job] = await sql.query<DrainJobRow>(
    `SELECT ${DRAIN_COLUMNS} FROM agent_drain_job WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED`,
    [id],
  );
  // Another process runs it, or it has ended meanwhile.
  if (job === undefined) return;
  const agents = await readDrainedAgents(sql, job.agents, held);
  const step = nextStep(agents, {
    started: new Set(job.started),
    atOnce: job.at_once,
    waitS: job.wait_s,
    shortBefore: job.shortfall,
    shortNow: await held.countShort(),
    progressBefore: job.progress,
    stillS: job.still_s,
  });
  for (const { id: agentId } of step.next) {
    // Without a cause: the request of a job is no event that the audit could list instead.
    const metadata = { actor: job.requested_by, causationId: null, correlationId: job.correlation_id };
    await store.executeWithin(sql, AGENT, agentId, (record) => drain(record, job.reason), { metadata });
  }
  await sql.execute(
    `UPDATE agent_drain_job SET state = $2, why = $3, progress = $4, started = started || $5::uuid[],
       progressed_at = CASE WHEN progress = $4 THEN progressed_at + ${UNLOOKED} ELSE now() END, looked_at = now(),
       finished_at = CASE WHEN $2 IN ('completed', 'stopped') THEN now() END
     WHERE id = $1`,
    [job.id, step.state, step.why, step.progress, step.next.map(({ id: agentId }) => agentId)],
  );
}
