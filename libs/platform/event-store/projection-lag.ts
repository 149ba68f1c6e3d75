import type { Sql } from '@icmp-mon/platform/database';

/** Positions after a cursor in which waiting events are counted; bounds the count while a projection is far behind. */
const POSITIONS_COUNTED_MAX = 100_000;

export interface ProjectionLag {
  name: string;
  /** Events that are not projected yet, of the next 100,000 positions. */
  behind: number;
  /** For how long it has not advanced although events wait, in seconds; null when none wait. */
  stillS: number | null;
}

/** Returns the progress of the event projections from the control database; works in every process. */
export function projectionLags(sql: Sql): Promise<ProjectionLag[]> {
  return sql.query<ProjectionLag>(
    `SELECT cursor.name, waiting.events AS behind,
       CASE WHEN waiting.events > 0
         THEN greatest(0, extract(epoch FROM least(now() - cursor.moved_at, now() - waiting.since)))::float8 END AS "stillS"
     FROM event_cursor AS cursor
     CROSS JOIN LATERAL (
       SELECT count(*) AS events, min(occurred_at) AS since FROM event
       WHERE position > cursor.position AND position <= cursor.position + ${POSITIONS_COUNTED_MAX}
         AND split_part(stream, '-', 1) = cursor.category) AS waiting
     ORDER BY cursor.name`,
  );
}
