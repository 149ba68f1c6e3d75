import type { DrainJob, DrainJobAgentState, DrainJobState } from '@icmp-mon/agents/contract';
import type { HeldTargets } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type DrainedAgent, planDrain } from './drain-plan';

/** A job as its row holds it. */
export interface DrainJobRow {
  id: string;
  agents: string[];
  started: string[];
  at_once: number;
  wait_s: number;
  reason: string | null;
  requested_by: string;
  correlation_id: string;
  requested_at: Date;
  state: DrainJobState;
  progress: string;
  why: string | null;
  shortfall: number;
  /** Seconds of workers since a target moved, as of the last look. */
  still_s: number;
  finished_at: Date | null;
}

/** Time between two looks of workers beyond `LOOK_LATE`: no worker ran, so that nothing could move. */
const LOOK_LATE = `interval '30 seconds'`;
export const UNLOOKED = `greatest(now() - looked_at - ${LOOK_LATE}, interval '0')`;

export const DRAIN_COLUMNS = `id, agents::text[] AS agents, started::text[] AS started, at_once, wait_s, reason, requested_by, correlation_id,
  requested_at, state, progress, why, shortfall, finished_at, extract(epoch FROM now() - progressed_at - ${UNLOOKED})::float8 AS still_s`;

type Held = Pick<HeldTargets, 'byAgent'>;

/** Returns the agents of a job by name, with the number of targets that each holds. */
export async function readDrainedAgents(sql: Sql, ids: readonly string[], held: Held): Promise<DrainedAgent[]> {
  const agents = await sql.query<Omit<DrainedAgent, 'held'>>(
    'SELECT id, name, state FROM agent WHERE id = ANY ($1::uuid[]) ORDER BY name',
    [ids],
  );
  const counts = await held.byAgent(ids);
  return agents.map((agent) => ({ ...agent, held: counts.get(agent.id) ?? 0 }));
}

/** @throws DomainError `not_found` */
export async function readDrainJob(sql: Sql, id: string, held: Held): Promise<DrainJob> {
  const [row] = await sql.query<DrainJobRow>(`SELECT ${DRAIN_COLUMNS} FROM agent_drain_job WHERE id = $1`, [id]);
  if (row === undefined) {
    throw new DomainError('not_found', `There is no drain job ${id}. GET /api/v1/agent-drains lists all.`);
  }
  return drainJobOf(row, await readDrainedAgents(sql, row.agents, held));
}

/** Returns the job for its view. */
export function drainJobOf(row: DrainJobRow, agents: readonly DrainedAgent[]): DrainJob {
  const { waiting, draining, drained } = planDrain(agents, new Set(row.started), row.at_once);
  const stateOf = new Map<string, DrainJobAgentState>([
    ...waiting.map(({ id }) => [id, 'waiting'] as const),
    ...draining.map(({ id }) => [id, 'draining'] as const),
    ...drained.map(({ id }) => [id, 'drained'] as const),
  ]);
  return {
    id: row.id,
    ...{ state: row.state, progress: row.progress, why: row.why, reason: row.reason },
    ...{ requestedBy: row.requested_by, requestedAt: row.requested_at.toISOString() },
    finishedAt: row.finished_at?.toISOString() ?? null,
    ...{ atOnce: row.at_once, waitS: row.wait_s },
    agents: agents.map(({ id, name, held }) => ({ id, name, held, state: stateOf.get(id) ?? 'skipped' })),
  };
}
