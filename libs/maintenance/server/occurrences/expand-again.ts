import type { Sql } from '@icmp-mon/platform/database';
import type { EventStore } from '@icmp-mon/platform/event-store';
import { createLogger } from '@icmp-mon/platform/ops';
import { changeZone, MAINTENANCE } from '../windows/maintenance';
import { expandWindow } from './expand-window';
import { workerMetadata } from './worker-metadata';

/** Occurrences that a line of the log lists; the event has all. */
const LOGGED_MAX = 5;
const logger = createLogger('maintenance');

/** Expands a window in the worker, and records by an event which occurrences new zone data moved. */
export async function expandAgain(sql: Sql, store: EventStore, id: string, nowMs: number): Promise<void> {
  const { zoneData, moved } = await expandWindow(sql, id, nowMs);
  if (moved.length === 0) return;
  const fields = { windowId: id, zoneData, count: moved.length, moved: moved.slice(0, LOGGED_MAX) };
  logger.warn(fields, 'new zone data moved occurrences');
  await store.executeWithin(sql, MAINTENANCE, id, (state) => changeZone(state, id, zoneData, moved), {
    metadata: workerMetadata(),
  });
  // The event is the newest version of the window, which is expanded already.
  await sql.execute(
    `UPDATE maintenance_expansion e SET version = w.version FROM maintenance_window w WHERE w.id = $1 AND e.window_id = w.id`,
    [id],
  );
}
