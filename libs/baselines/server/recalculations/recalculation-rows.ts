import type { RecalculateRequest, Recalculation } from '@icmp-mon/baselines/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';

interface RecalculationRow {
  id: string;
  scope: RecalculateRequest;
  requested_by: string;
  requested_at: Date;
  finished_at: Date | null;
  shards: number;
  done: number;
  started: number;
  pairs: number;
}

/** Requests that a list shows. */
const LISTED_MAX = 100;

const SELECT = `
  SELECT id::text AS id, scope, requested_by, requested_at, finished_at, p.* FROM baseline_job j CROSS JOIN LATERAL (
    SELECT count(*) AS shards, count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state <> 'queued') AS started,
      coalesce(sum(pairs), 0) AS pairs FROM baseline_job_shard WHERE job_id = j.id) p`;

function viewOf(row: RecalculationRow): Recalculation {
  const { id, scope, shards, done, started, pairs, requested_by: requestedBy } = row;
  return {
    id,
    state: row.finished_at !== null ? 'completed' : started > 0 ? 'running' : 'queued',
    ...{ request: scope, shards, shardsDone: done, pairs, requestedBy },
    requestedAt: row.requested_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** @throws DomainError `not_found` */
export async function readRecalculation(sql: Sql, id: string): Promise<Recalculation> {
  const [row] = await sql.query<RecalculationRow>(`${SELECT} WHERE id = $1`, [id]);
  if (row !== undefined) return viewOf(row);
  throw new DomainError('not_found', `There is no recalculation ${id}. They are deleted 30 days after their end.`);
}

/** Returns the newest requests. */
export async function listRecalculations(sql: Sql): Promise<Recalculation[]> {
  return (await sql.query<RecalculationRow>(`${SELECT} ORDER BY requested_at DESC, id LIMIT ${LISTED_MAX}`)).map(
    viewOf,
  );
}
