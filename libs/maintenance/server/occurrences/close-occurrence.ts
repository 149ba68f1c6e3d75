import type { CloseCause } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { EventMetadata, EventStore } from '@icmp-mon/platform/event-store';
import { endMembers, type OccurrenceKey } from './members';
import { openDates } from './open-dates';
import { restoreClosed } from './reopen-occurrences';
import { close, OCCURRENCE, occurrenceId } from './occurrence';

interface Closing {
  at: Date;
  cause: CloseCause;
  metadata: EventMetadata;
}

/**
 * Closes an open occurrence at `at` in the caller's transaction, with the periods of its targets. The caller holds the lock of its row, so that
 * the worker and a person do not close it at the same time.
 */
export async function closeOccurrence(
  sql: Sql,
  store: EventStore,
  { windowId, date }: OccurrenceKey,
  { at, cause, metadata }: Closing,
): Promise<void> {
  const targetCount = await endMembers(sql, { windowId, date }, at);
  const closing = { closedAt: at.toISOString(), cause, targetCount };
  await store.executeWithin(
    sql,
    OCCURRENCE,
    occurrenceId(windowId, date),
    (state) => close(state, windowId, date, closing),
    { metadata },
  );
}

/**
 * Closes what is open of a window that is cancelled, and deletes what is planned. The caller holds the lock of the window, so that no expansion
 * adds occurrences afterwards.
 */
export async function closeAll(
  sql: Sql,
  store: EventStore,
  windowId: string,
  at: Date,
  metadata: EventMetadata,
): Promise<void> {
  await restoreClosed(sql, windowId, { planned: '[]', after: null });
  await sql.execute(`DELETE FROM maintenance_occurrence WHERE window_id = $1 AND state = 'planned'`, [windowId]);
  await closeOpen(sql, store, windowId, { at, cause: 'cancelled', metadata });
}

/** Closes what is open of a window. The caller holds the lock of the window. */
export async function closeOpen(sql: Sql, store: EventStore, windowId: string, closing: Closing): Promise<void> {
  for (const date of await openDates(sql, windowId)) await closeOccurrence(sql, store, { windowId, date }, closing);
}
