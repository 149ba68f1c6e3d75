import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import type { DomainEvent, EventMetadata, RecordedEvent } from './aggregate';
import { APPENDED_CHANNEL, APPEND_LOCK } from './fence';
import { type PersonalData, sealPersonalData } from './personal-data';
import { VersionConflict } from './version-conflict';

/** Events that one command appends to its stream after `version`. */
export interface Addition<E extends DomainEvent = DomainEvent> {
  stream: string;
  version: number;
  events: readonly E[];
  personal?: PersonalData | undefined;
  metadata: EventMetadata;
}

// In one statement: the INSERT selects from the CTE `fence`, so the shared lock is held before the first position is assigned.
const APPEND = `
  WITH fence AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared($1))
  INSERT INTO event (id, stream, version, type, data, metadata)
  SELECT e.id, e.stream, e.version, e.type, e.data, e.metadata
  FROM fence, ROWS FROM (
    jsonb_to_recordset($2::jsonb) AS (id uuid, stream text, version integer, type text, data jsonb, metadata jsonb)
  ) WITH ORDINALITY AS e (id, stream, version, type, data, metadata, nr)
  ORDER BY e.nr
  ON CONFLICT ON CONSTRAINT event_stream_version_key DO NOTHING
  RETURNING id, position, occurred_at`;

/**
 * Appends to several streams, in the given order. Returns the stored events of each addition.
 * @throws VersionConflict when another writer appended to one of the streams first; the transaction must then be rolled back
 */
export async function append(sql: Sql, additions: readonly Addition[]): Promise<RecordedEvent[][]> {
  const added = additions.map(({ stream, version, events, metadata }) =>
    events.map(({ type, data }, at) => ({ id: newId(), stream, version: version + at + 1, type, data, metadata })),
  );
  const data = await sealPersonalData(
    sql,
    additions.map(({ stream, personal }, at) => ({ stream, personal, events: added[at] })),
  );
  const rows = added.flatMap((events, at) => events.map((event, nr) => ({ ...event, data: data[at][nr] })));
  const stored = await sql.query<{ id: string; position: number; occurred_at: Date }>(APPEND, [
    APPEND_LOCK,
    JSON.stringify(rows),
  ]);
  const places = new Map(stored.map((row) => [row.id, row]));
  const late = additions.find((_, at) => added[at].some(({ id }) => !places.has(id)));
  if (late) throw new VersionConflict(late.stream, late.version, await currentVersion(sql, late.stream));
  await sql.query('SELECT pg_notify($1, $2)', [APPENDED_CHANNEL, '']);
  return added.map((events) =>
    events.map((event) => {
      const place = places.get(event.id);
      if (place === undefined) throw new Error(`The database returned no position for event ${event.id}.`);
      return { ...event, position: place.position, occurredAt: place.occurred_at.toISOString() };
    }),
  );
}

async function currentVersion(sql: Sql, stream: string): Promise<number> {
  const rows = await sql.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM event WHERE stream = $1',
    [stream],
  );
  return rows[0]?.version ?? 0;
}
