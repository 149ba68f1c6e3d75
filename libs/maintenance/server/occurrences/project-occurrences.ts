import type { OccurrenceEvent } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import { notifyChanged } from '../maintenance-changed';

/** Updates the rows of opened occurrences in `maintenance_occurrence`; planned ones are expanded by `expand-window.ts`. */
export async function projectOccurrences(sql: Sql, events: readonly ProjectedEvent<OccurrenceEvent>[]): Promise<void> {
  for (const { type, data, occurredAt } of events)
    await projectEvent(sql, { type, data } as OccurrenceEvent, occurredAt);
  await notifyChanged(sql);
}

async function projectEvent(sql: Sql, event: OccurrenceEvent, occurredAt: string): Promise<void> {
  const { windowId, date } = event.data;
  switch (event.type) {
    case 'OccurrenceOpened':
      await sql.execute(
        `UPDATE maintenance_occurrence SET state = 'open', opened_at = $3 WHERE window_id = $1 AND date = $2::date`,
        [windowId, date, occurredAt],
      );
      return;
    case 'OccurrenceExtended':
      await sql.execute('UPDATE maintenance_occurrence SET ends_at = $3 WHERE window_id = $1 AND date = $2::date', [
        ...[windowId, date, event.data.endsAt],
      ]);
      return;
    case 'OccurrenceClosed': {
      const { closedAt, cause, targetCount } = event.data;
      await sql.execute(
        `UPDATE maintenance_occurrence SET state = 'closed', closed_at = $3, close_cause = $4, target_count = $5
         WHERE window_id = $1 AND date = $2::date`,
        [windowId, date, closedAt, cause, targetCount],
      );
      return;
    }
    case 'OccurrenceAmended': {
      const { startsAt, closedAt, slaClass, targetCount } = event.data;
      await sql.execute(
        `UPDATE maintenance_occurrence SET starts_at = $3, ends_at = $4, closed_at = $4, sla_class = $5, target_count = $6, amended_at = $7
         WHERE window_id = $1 AND date = $2::date`,
        [windowId, date, startsAt, closedAt, slaClass, targetCount, occurredAt],
      );
      return;
    }
    default:
      // An event that a newer release wrote.
      event satisfies never;
  }
}
