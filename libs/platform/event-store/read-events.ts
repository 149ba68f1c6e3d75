import type { Sql } from '@icmp-mon/platform/database';
import type { DomainEvent, EventMetadata, ProjectedEvent, RecordedEvent } from './aggregate';
import { openPersonalData } from './personal-data';

interface EventRow {
  position: number;
  id: string;
  stream: string;
  version: number;
  type: string;
  data: object;
  metadata: EventMetadata;
  occurred_at: Date;
}

export const COLUMNS = 'position, id, stream, version, type, data, metadata, occurred_at';

/** Runs a query for `COLUMNS`. */
export async function readRecorded<E extends DomainEvent>(
  sql: Sql,
  text: string,
  params: unknown[],
): Promise<RecordedEvent<E>[]> {
  const rows = await openPersonalData(sql, await sql.query<EventRow>(text, params));
  return rows.map((row) => recordedEvent<E>(row));
}

function recordedEvent<E extends DomainEvent>(row: EventRow): RecordedEvent<E> {
  const { occurred_at: occurredAt, ...event } = row;
  return { ...event, position: Number(row.position), occurredAt: occurredAt.toISOString() };
}

/** Returns all events of one stream, ordered by version. */
export async function readStream<E extends DomainEvent>(sql: Sql, stream: string): Promise<RecordedEvent<E>[]> {
  return readRecorded<E>(sql, `SELECT ${COLUMNS} FROM event WHERE stream = $1 ORDER BY version`, [stream]);
}

/** Returns all events of several streams by stream, ordered by version; a stream without events is not in the map. */
export async function readStreams(sql: Sql, streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
  const events = await readRecorded(
    sql,
    `SELECT ${COLUMNS} FROM event WHERE stream = ANY ($1::text[]) ORDER BY stream, version`,
    [streams],
  );
  return Map.groupBy(events, ({ stream }) => stream);
}

/** Returns at most `limit` events with `after < position <= upTo`, ordered by position. */
export async function readEvents(
  sql: Sql,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<RecordedEvent[]> {
  return readRecorded(
    sql,
    `SELECT ${COLUMNS} FROM event WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`,
    [after, upTo, limit],
  );
}

/**
 * Returns all events of one category with `after < position <= upTo`, ordered by position, with the columns that read models use; the others
 * are half of the cost of reading. The range of positions is the only limit, so that the server never scans the whole store.
 */
export async function readProjected<E extends DomainEvent>(
  sql: Sql,
  category: string,
  { after, upTo }: { after: number; upTo: number },
): Promise<ProjectedEvent<E>[]> {
  const rows = await sql.query<ProjectedEvent<E>>(
    `SELECT position, stream, version, type, data,
            to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "occurredAt"
     FROM event WHERE position > $1 AND position <= $2 AND split_part(stream, '-', 1) = $3
     ORDER BY position`,
    [after, upTo, category],
  );
  return openPersonalData(sql, rows);
}

/** An event with the data of the one before it in its stream; null for the first. */
export interface EventWithPrevious extends RecordedEvent {
  previous: object | null;
}

/** Returns at most `limit` events of several streams with `position < before`, newest first. */
export async function readNewest(
  sql: Sql,
  streams: readonly string[],
  { before, limit }: { before: number; limit: number },
): Promise<EventWithPrevious[]> {
  const events = await readRecorded(
    sql,
    `SELECT ${COLUMNS} FROM event WHERE stream = ANY ($1::text[]) AND position < $2 ORDER BY position DESC LIMIT $3`,
    [streams, before, limit],
  );
  const earlier = await readRecorded(
    sql,
    `SELECT ${COLUMNS} FROM event JOIN unnest($1::text[], $2::integer[]) AS wanted (of_stream, of_version)
       ON stream = of_stream AND version = of_version`,
    [events.map(({ stream }) => stream), events.map(({ version }) => version - 1)],
  );
  const previous = new Map(earlier.map(({ stream, version, data }) => [`${stream} ${version}`, data]));
  return events.map((event) => ({ ...event, previous: previous.get(`${event.stream} ${event.version - 1}`) ?? null }));
}
