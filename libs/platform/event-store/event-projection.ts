import type { Sql, Transactor } from '@icmp-mon/platform/database';
import type { DomainEvent, ProjectedEvent } from './aggregate';
import { readProjected } from './read-events';

/**
 * A read model that follows the events of one category from the event store, with its position in the same database.
 *
 *   one transaction:  lock the cursor ─ read (cursor, fence] ─ project ─ move the cursor
 *
 * Invariants:
 * - Exactly once in effect: rows and cursor commit together, and only the holder of the cursor's lock projects.
 * - Order: events are read by position, up to the fence, below which no event can appear later (`fence.ts`).
 * - Complete: the store keeps all events, so a new projection starts before the first one and needs no topic.
 */
export interface EventProjection<E extends DomainEvent = DomainEvent> {
  /** Unique name; key of the cursor. */
  name: string;
  category: string;
  /** Applies events in the order of the store. */
  projectEvents(sql: Sql, events: readonly ProjectedEvent<E>[]): Promise<void>;
}

/** Positions that one transaction reads. All categories share the positions, so it has at most this many events. */
const POSITIONS_PER_STEP = 5_000;

/**
 * Projects the next events up to `fenced`. Returns the position reached; null when another process is projecting, or when nothing is left.
 */
export async function projectNext<E extends DomainEvent>(
  database: Transactor,
  { name, category, projectEvents }: EventProjection<E>,
  fenced: number,
): Promise<number | null> {
  return database.transaction(async (sql) => {
    const [cursor] = await sql.query<{ position: number }>(
      'SELECT position FROM event_cursor WHERE name = $1 FOR UPDATE SKIP LOCKED',
      [name],
    );
    if (cursor === undefined || cursor.position >= fenced) return null;
    const upTo = Math.min(cursor.position + POSITIONS_PER_STEP, fenced);
    const events = await readProjected<E>(sql, category, { after: cursor.position, upTo });
    if (events.length > 0) await projectEvents(sql, events);
    await sql.execute('UPDATE event_cursor SET position = $2, moved_at = now() WHERE name = $1', [name, upTo]);
    return upTo;
  });
}

/** Creates the cursor of a projection before the first event if it does not exist. */
export async function createEventCursor(
  sql: Sql,
  { name, category }: Pick<EventProjection, 'name' | 'category'>,
): Promise<void> {
  await sql.execute('INSERT INTO event_cursor (name, category) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    name,
    category,
  ]);
}

/** Returns the position up to which events are projected; `held` also stops the projection until the transaction ends. */
export async function projectedPosition(sql: Sql, name: string, held = false): Promise<number> {
  const [row] = await sql.query<{ position: number }>(
    `SELECT position FROM event_cursor WHERE name = $1${held ? ' FOR UPDATE' : ''}`,
    [name],
  );
  return row?.position ?? 0;
}
