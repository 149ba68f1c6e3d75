import type { Sql } from '@icmp-mon/platform/database';
import type { RecordedEvent } from './aggregate';
import { COLUMNS, readRecorded } from './read-events';

/** Returns the events at positions, ordered by position. */
export async function readPositions(sql: Sql, positions: readonly number[]): Promise<RecordedEvent[]> {
  return readRecorded(sql, `SELECT ${COLUMNS} FROM event WHERE position = ANY ($1::bigint[]) ORDER BY position`, [
    positions,
  ]);
}

/** A part of a stream: all versions from `from` to `to`, with what precedes them. */
export interface EarlierAsked {
  stream: string;
  from: number;
  to: number;
}

/** Which events are read with a part. */
export interface EarlierOptions {
  types: readonly string[];
  /** Those of the types whose events hold the whole state, so that no earlier event is read. */
  whole: readonly string[];
  /** Most versions before a part. */
  limit: number;
}

/**
 * Returns for each part of a stream, at most `limit` versions apart from the others of the stream, its events of some types, ordered by version,
 * with those before it from which the state of the aggregate is folded: from the newest one with the whole state on; if none of the `limit`
 * versions before has it, all of these and the first event of the stream.
 */
export async function readEarlier(
  sql: Sql,
  parts: readonly EarlierAsked[],
  { types, whole, limit }: EarlierOptions,
): Promise<RecordedEvent[][]> {
  if (parts.length === 0) return [];
  const events = await readRecorded(
    sql,
    `SELECT read.* FROM unnest($1::text[], $2::integer[], $3::integer[]) AS part (of, low, high) CROSS JOIN LATERAL (
       SELECT max(version) AS version FROM (
         SELECT version FROM event WHERE stream = part.of AND version < part.low AND version >= part.low - $6::integer AND type = ANY ($5::text[])
         ORDER BY version DESC LIMIT 1) AS newest) AS known CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM event WHERE stream = part.of AND version BETWEEN coalesce(known.version, part.low - $6::integer) AND part.high
         AND type = ANY ($4::text[])
       UNION ALL SELECT ${COLUMNS} FROM event WHERE stream = part.of AND version = 1 AND known.version IS NULL AND part.low > $6::integer + 1
         AND type = ANY ($4::text[])) AS read`,
    [
      ...[parts.map(({ stream }) => stream), parts.map(({ from }) => from), parts.map(({ to }) => to)],
      ...[types, whole, limit],
    ],
  );
  // Two parts of a stream may both have its first event.
  const unique = new Map(events.map((event) => [event.id, event])).values();
  const byStream = Map.groupBy(unique, ({ stream }) => stream);
  return parts.map(({ stream, from, to }) =>
    (byStream.get(stream) ?? [])
      .filter(({ version }) => version === 1 || (version >= from - limit && version <= to))
      .sort((a, b) => a.version - b.version),
  );
}
