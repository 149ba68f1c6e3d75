import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { closeOccurrence } from '../occurrences/close-occurrence';
import { openDates } from '../occurrences/open-dates';
import { endAt, OCCURRENCE, occurrenceId } from '../occurrences/occurrence';
import { occurrenceOn } from '../occurrences/planned-occurrences';

/**
 * Lets the open occurrence of a window follow the times that a notice has changed: it ends at the new end; it closes now if the work is at
 * another time. What people amend leaves it as it is, because they can end and extend it; a carrier cannot.
 */
export async function followOpen(
  sql: Sql,
  store: EventStore,
  windowId: string,
  { definition, at, metadata }: { definition: WindowDefinition; at: Date; metadata: RequestMetadata },
): Promise<void> {
  const [date] = await openDates(sql, windowId);
  if (date === undefined) return;
  const planned = definition.date === date ? occurrenceOn(definition, date, undefined) : null;
  const isNow = planned !== null && planned.startMs <= at.getTime() && planned.endMs > at.getTime();
  if (!isNow) {
    await closeOccurrence(sql, store, { windowId, date }, { at, cause: 'ended_early', metadata });
    return;
  }
  const endsAt = new Date(planned.endMs).toISOString();
  const id = occurrenceId(windowId, date);
  // The open occurrence is the planned one: it must not open again after it has closed.
  await sql.execute(
    `UPDATE maintenance_occurrence SET planned_starts_at = $3, planned_ends_at = $4 WHERE window_id = $1 AND date = $2::date`,
    [windowId, date, new Date(planned.startMs), endsAt],
  );
  await store.executeWithin(sql, OCCURRENCE, id, (state) => endAt(state, windowId, date, endsAt), { metadata });
}
