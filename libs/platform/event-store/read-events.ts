import type { Sql } from '@icmp-mon/platform/database';
import type { DomainEvent, EventMetadata, RecordedEvent } from './aggregate';

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

const COLUMNS = 'position, id, stream, version, type, data, metadata, occurred_at';

export function recordedEvent<E extends DomainEvent>(row: EventRow): RecordedEvent<E> {
  const { occurred_at: occurredAt, ...event } = row;
  return { ...event, position: Number(row.position), occurredAt: occurredAt.toISOString() };
}

/** All events of one stream, by version. */
export async function readStream<E extends DomainEvent>(sql: Sql, stream: string): Promise<RecordedEvent<E>[]> {
  const rows = await sql.query<EventRow>(`SELECT ${COLUMNS} FROM event WHERE stream = $1 ORDER BY version`, [stream]);
  return rows.map((row) => recordedEvent<E>(row));
}

/** All events of some streams, each stream's by version; a stream without any is missing. */
export async function readStreams(sql: Sql, streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
  const rows = await sql.query<EventRow>(
    `SELECT ${COLUMNS} FROM event WHERE stream = ANY ($1::text[]) ORDER BY stream, version`,
    [streams],
  );
  return Map.groupBy(rows.map(recordedEvent), ({ stream }) => stream);
}

/** At most `limit` events with `after < position <= upTo`, by position, over all streams or those of one category. */
export async function readEvents<E extends DomainEvent = DomainEvent>(
  sql: Sql,
  range: { after: number; upTo: number; limit: number; category?: string },
): Promise<RecordedEvent<E>[]> {
  const rows = await sql.query<EventRow>(
    `SELECT ${COLUMNS} FROM event
     WHERE position > $1 AND position <= $2 AND ($4::text IS NULL OR split_part(stream, '-', 1) = $4)
     ORDER BY position LIMIT $3`,
    [range.after, range.upTo, range.limit, range.category ?? null],
  );
  return rows.map((row) => recordedEvent<E>(row));
}
