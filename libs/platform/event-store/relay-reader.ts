import { type Connection, isLockTimeout, type Sql } from '@icmp-mon/platform/database';
import { tryFencedHead } from './fence';

/** Number of the advisory lock of the active relay, held by its session. Arbitrary, but used for nothing else. */
export const RELAY_LOCK = 7_260_003;

/**
 * Sets the fence: returns the highest position, read while no append is open, so no event can appear at or below it later. Returns null when
 * an append stayed open for too long; the caller tries again.
 */
export async function fencedPosition(session: Connection): Promise<number | null> {
  await session.execute('BEGIN');
  try {
    const position = await tryFencedHead(session);
    await session.execute('COMMIT');
    return position;
  } catch (error) {
    await session.execute('ROLLBACK');
    if (isLockTimeout(error)) return null;
    throw error;
  }
}

/** Creates the cursor before the first event if it does not exist. */
export async function createCursor(session: Sql, name: string): Promise<void> {
  await session.execute('INSERT INTO relay_cursor (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [name]);
}

/** Returns the position of the cursor (an operator may have moved it back) and the highest position of the store. */
export async function readProgress(session: Sql, name: string): Promise<{ cursor: number; head: number }> {
  const [row] = await session.query<{ cursor: number; head: number }>(
    `SELECT position AS cursor, (SELECT coalesce(max(position), 0) FROM event) AS head FROM relay_cursor WHERE name = $1`,
    [name],
  );
  if (row === undefined)
    throw new Error(
      `The row "${name}" of relay_cursor was deleted. The relay creates it again at its next start and publishes all events again.`,
    );
  return row;
}

/**
 * Moves the cursor by compare-and-set.
 * @throws Error when the cursor is not at `from`, because another relay or an operator has moved it
 */
export async function moveCursor(session: Sql, name: string, from: number, to: number): Promise<void> {
  const moved = await session.execute(
    'UPDATE relay_cursor SET position = $3, updated_at = now() WHERE name = $1 AND position = $2',
    [name, from, to],
  );
  if (moved !== 1)
    throw new Error(`The relay's cursor is no longer at ${from}: another relay or an operator has moved it.`);
}
