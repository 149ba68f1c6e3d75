import type { Sql } from '@icmp-mon/platform/database';
import type { Outcome, Watch } from './agent-conditions';

/** Row of `assignment_watch`, with the database's time of the read. */
interface WatchState {
  nowMs: number;
  lookedAtMs: number;
  releasedAtMs: number;
  holding: string | null;
}

export async function readWatchState(sql: Sql): Promise<WatchState> {
  const [state] = await sql.query<WatchState>(
    `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs",
       (extract(epoch FROM looked_at) * 1000)::float8 AS "lookedAtMs",
       (extract(epoch FROM released_at) * 1000)::float8 AS "releasedAtMs", holding FROM assignment_watch`,
  );
  return state;
}

/** Stores the time and outcome of a check. Returns the previous hold reason. */
export async function storeCheck(
  sql: Sql,
  { releasedAtMs }: Watch,
  { holding }: Outcome,
  holdDownMaxMs: number,
): Promise<string | null> {
  const [before] = await sql.query<{ holding: string | null }>(
    `WITH before AS (SELECT holding FROM assignment_watch)
     UPDATE assignment_watch SET looked_at = clock_timestamp(), released_at = to_timestamp($2 / 1000.0), holding = $1::text,
       holding_since = CASE WHEN $1::text IS NULL THEN NULL ELSE coalesce(holding_since, clock_timestamp()) END,
       hold_down_max_ms = $3
     RETURNING (SELECT holding FROM before) AS holding`,
    [holding, releasedAtMs, holdDownMaxMs],
  );
  return before.holding;
}
