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

/**
 * Returns from parts of streams the events of some types, by stream, ordered by version, with the first event of the stream and the newest
 * `limit` before the part: enough to fold the state of an aggregate whose events hold most of it.
 */
export async function readEarlier(
  sql: Sql,
  parts: readonly EarlierAsked[],
  { types, limit }: { types: readonly string[]; limit: number },
): Promise<Map<string, RecordedEvent[]>> {
  if (parts.length === 0) return new Map();
  const ofPart = 'FROM event WHERE stream = part.of AND type = ANY ($4::text[]) AND version';
  const events = await readRecorded(
    sql,
    `SELECT read.* FROM unnest($1::text[], $2::integer[], $3::integer[]) AS part (of, low, high) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} ${ofPart} = 1
       UNION SELECT ${COLUMNS} ${ofPart} BETWEEN part.low AND part.high
       UNION (SELECT ${COLUMNS} ${ofPart} < part.low ORDER BY version DESC LIMIT $5::integer)
     ) AS read ORDER BY read.stream, read.version`,
    [parts.map(({ stream }) => stream), parts.map(({ from }) => from), parts.map(({ to }) => to), types, limit],
  );
  return Map.groupBy(events, ({ stream }) => stream);
}
