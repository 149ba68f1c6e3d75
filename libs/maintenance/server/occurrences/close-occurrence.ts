import type { CloseCause } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { EventMetadata, EventStore } from '@icmp-mon/platform/event-store';
import { endMembers, type OccurrenceKey } from './members';
import { close, OCCURRENCE, occurrenceId } from './occurrence';

/**
 * Closes an open occurrence at `at` in the caller's transaction, with the periods of its targets. The caller holds the lock of its row, so that
 * the worker and a person do not close it at the same time.
 */
export async function closeOccurrence(
  sql: Sql,
  store: EventStore,
  { windowId, date }: OccurrenceKey,
  { at, cause, metadata }: { at: Date; cause: CloseCause; metadata: EventMetadata },
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
