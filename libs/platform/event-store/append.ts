import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import type { DomainEvent, EventMetadata, RecordedEvent } from './aggregate';
import { APPENDED_CHANNEL, APPEND_LOCK } from './fence';
import { VersionConflict } from './version-conflict';

/** Appends after `version`; throws VersionConflict, and the transaction must end, when somebody else was first. */
export async function append<E extends DomainEvent>(
  sql: Sql,
  stream: string,
  version: number,
  events: readonly E[],
  metadata: EventMetadata,
): Promise<RecordedEvent<E>[]> {
  const recorded = events.map((event, index) => ({
    id: newId(),
    version: version + index + 1,
    type: event.type,
    data: event.data,
  }));
  await sql.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_LOCK]);
  const rows = await sql.query<{ position: number; occurred_at: Date }>(
    `INSERT INTO event (id, stream, version, type, data, metadata)
     SELECT e.id, $1, e.version, e.type, e.data, $2::jsonb
     FROM jsonb_to_recordset($3::jsonb) AS e (id uuid, version integer, type text, data jsonb)
     ORDER BY e.version
     ON CONFLICT ON CONSTRAINT event_stream_version_key DO NOTHING
     RETURNING position, occurred_at`,
    [stream, JSON.stringify(metadata), JSON.stringify(recorded)],
  );
  if (rows.length !== events.length) throw new VersionConflict(stream, version, await currentVersion(sql, stream));
  await sql.query('SELECT pg_notify($1, $2)', [APPENDED_CHANNEL, '']);
  return recorded.map((event, index) => {
    const row = rows[index];
    if (row === undefined) throw new Error(`Event ${event.id} came back without a position.`);
    return { ...event, stream, metadata, position: Number(row.position), occurredAt: row.occurred_at.toISOString() };
  });
}

async function currentVersion(sql: Sql, stream: string): Promise<number> {
  const rows = await sql.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM event WHERE stream = $1',
    [stream],
  );
  return rows[0]?.version ?? 0;
}
