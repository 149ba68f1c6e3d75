import type { MaintenanceEvent, MaintenanceNoticeImported, WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { aggregateIdOf, type ProjectedEvent } from '@icmp-mon/platform/event-store';
import { notifyChanged } from '../maintenance-changed';
import { silenceDefinition } from './silence-definition';

/** Updates the table `maintenance_window`. */
export async function projectMaintenance(sql: Sql, events: readonly ProjectedEvent<MaintenanceEvent>[]): Promise<void> {
  for (const { type, data, stream, version, occurredAt } of events) {
    const id = aggregateIdOf(stream);
    await projectEvent(sql, id, { type, data } as MaintenanceEvent, occurredAt);
    await sql.execute('UPDATE maintenance_window SET version = $2 WHERE id = $1', [id, version]);
  }
  await notifyChanged(sql);
}

async function projectEvent(sql: Sql, id: string, event: MaintenanceEvent, occurredAt: string): Promise<void> {
  switch (event.type) {
    case 'MaintenanceScheduled':
      return insertWindow(sql, id, 'window', event.data.definition, { occurredAt });
    case 'MaintenanceSilenced':
      return insertWindow(sql, id, 'silence', silenceDefinition(event.data), { occurredAt, ...event.data });
    case 'MaintenanceAmended': {
      const { definition } = event.data;
      await sql.execute('UPDATE maintenance_window SET name = $2, definition = $3::jsonb WHERE id = $1', [
        ...[id, definition.name, JSON.stringify(definition)],
      ]);
      return;
    }
    case 'MaintenanceDateChanged': {
      const { date, change } = event.data;
      await sql.execute(
        `UPDATE maintenance_window SET changes = CASE WHEN $3::jsonb IS NULL THEN changes - $2 ELSE jsonb_set(changes, ARRAY[$2], $3::jsonb) END
         WHERE id = $1`,
        [id, date, change === null ? null : JSON.stringify(change)],
      );
      return;
    }
    case 'MaintenanceCancelled':
      await sql.execute('UPDATE maintenance_window SET cancelled_at = $2 WHERE id = $1', [id, occurredAt]);
      return;
    case 'MaintenanceNoticeImported':
      return storeNotice(sql, event.data);
    case 'MaintenanceZoneChanged':
      return;
    default:
      // An event that a newer release wrote.
      event satisfies never;
  }
}

/** The name of a cancelled window is free, so it is unique only among the others. */
async function insertWindow(
  sql: Sql,
  id: string,
  kind: string,
  definition: WindowDefinition,
  { occurredAt, startsAt, endsAt }: { occurredAt: string; startsAt?: string; endsAt?: string },
): Promise<void> {
  await sql.execute(
    `INSERT INTO maintenance_window (id, kind, name, definition, silenced, version, scheduled_at)
     VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, 1, $6)`,
    [
      ...[id, kind, definition.name, JSON.stringify(definition)],
      ...[startsAt === undefined ? null : JSON.stringify({ startsAt, endsAt }), occurredAt],
    ],
  );
}

/** The latest notice of a maintenance, with the window that it belongs to. */
async function storeNotice(
  sql: Sql,
  { windowId, notice, definition }: MaintenanceNoticeImported['data'],
): Promise<void> {
  const { provider, account, maintenanceId, uid } = notice;
  await sql.execute(
    `INSERT INTO maintenance_notice (provider, account, maintenance_id, uid, window_id, notice, definition)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb)
     ON CONFLICT (provider, account, maintenance_id, uid) DO UPDATE
     SET window_id = excluded.window_id, notice = excluded.notice, definition = excluded.definition`,
    [provider, account, maintenanceId, uid, windowId, JSON.stringify(notice), JSON.stringify(definition)],
  );
}
