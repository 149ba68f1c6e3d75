import type { Sql } from '@icmp-mon/platform/database';
import { type LateRow, UNWRITTEN_RECORDS } from './late-marks';

/** Agents that a correction names. */
const AGENTS_MAX = 100;

/** Adds late results to those of the same targets that wait already. */
export async function storeLate(sql: Pick<Sql, 'query'>, shard: number, late: readonly LateRow[]): Promise<void> {
  const rows = late.map(({ targetKey, fromMs, toMs, agents, position }) => ({
    ...{ target_key: targetKey, from_at: new Date(fromMs), to_at: new Date(toMs), agents: `{${agents.join(',')}}` },
    position,
  }));
  await sql.query(
    `INSERT INTO late_result AS l (target_key, shard, from_at, to_at, agents, position)
     SELECT target_key, $1, from_at, to_at, agents::uuid[], position
     FROM jsonb_to_recordset($2::jsonb)
       AS r(target_key integer, from_at timestamptz, to_at timestamptz, agents text, position bigint)
     ON CONFLICT (target_key) DO UPDATE SET
       from_at = least(l.from_at, excluded.from_at), to_at = greatest(l.to_at, excluded.to_at),
       agents = ARRAY(SELECT DISTINCT a FROM unnest(l.agents || excluded.agents) AS a ORDER BY a LIMIT ${AGENTS_MAX}),
       position = excluded.position, noted_at = now()`,
    [shard, JSON.stringify(rows)],
  );
}

/** Time without further late results after which a target is judged again; and the longest time it waits, in s. */
const QUIET_S = 30;
const WAIT_S_MAX = 600;
/** A log that was replaced has lower positions than the rows: after this time, in s, the position of the results is not awaited. */
const POSITION_S_MAX = 900;

/** A target whose late results are all stored, so that it can be judged again. */
export interface DueTarget {
  shard: number;
  target_key: number;
  from_at: Date;
  to_at: Date;
  agents: string[];
  position: number;
  first_noted_at: Date;
  /** Up to where the shard has judged; null before its first tick. */
  judged_at: Date | null;
}

/** Returns targets to judge again, the longest waiting first. `quietS`: 30 s unless set. */
export function dueTargets(sql: Sql, limit: number, quietS = QUIET_S): Promise<DueTarget[]> {
  return sql.query<DueTarget>(
    `SELECT l.target_key, l.shard, l.from_at, l.to_at, l.agents, l.position, l.first_noted_at, judged.log_at AS judged_at
     FROM late_result l
     LEFT JOIN shard_position judged ON judged.shard = l.shard AND judged.participant = 'status'
     LEFT JOIN shard_position stored ON stored.shard = l.shard AND stored.participant = 'series'
     WHERE (l.noted_at <= now() - $2::float8 * interval '1 second' OR l.first_noted_at <= now() - interval '${WAIT_S_MAX} seconds')
       AND (stored.position >= l.position + ${UNWRITTEN_RECORDS} OR l.noted_at <= now() - interval '${POSITION_S_MAX} seconds')
     ORDER BY l.first_noted_at, l.target_key LIMIT $1`,
    [limit, quietS],
  );
}
