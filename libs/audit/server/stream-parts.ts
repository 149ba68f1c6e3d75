import type { Sql } from '@icmp-mon/platform/database';
import type { PositionRange } from './position-range';

/** Versions of a stream, from `low` to before `high`. */
export interface StreamPart {
  stream: string;
  low: number;
  high: number;
}

/**
 * Returns the versions of streams whose positions are in a range; streams without any are absent. The positions of a stream rise with its
 * versions, so their ends are found by bisection, also in a stream of many events.
 */
export async function streamParts(
  sql: Sql,
  streams: readonly string[],
  { after, before }: PositionRange,
): Promise<StreamPart[]> {
  return sql.query<StreamPart>(
    `WITH RECURSIVE search AS (
       SELECT of, at, 1 AS low, 1 + (SELECT max(version) FROM event WHERE stream = of) AS high
       FROM unnest($1::text[]) AS of, unnest(ARRAY[$2::bigint + 1, $3::bigint]) AS at
       UNION ALL SELECT of, at, CASE WHEN is_before THEN middle + 1 ELSE low END, CASE WHEN is_before THEN high ELSE middle END
       FROM search CROSS JOIN LATERAL (
         SELECT (low + high) / 2 AS middle, (SELECT position < at FROM event WHERE stream = of AND version = (low + high) / 2) AS is_before) AS looked
       WHERE low < high)
     SELECT of AS stream, min(low) AS low, max(low) AS high FROM search WHERE low = high GROUP BY of HAVING min(low) < max(low)`,
    [[...new Set(streams)], after, before],
  );
}
