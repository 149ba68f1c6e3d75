import { type Connection, isLockTimeout, type Sql } from '@icmp-mon/platform/database';
import { APPEND_LOCK } from './fence';

/** Arbitrary, and only ours: who holds it as a session lock is the one active relay. */
export const RELAY_LOCK = 7_260_003;
/** New appenders queue behind the waiting relay, so it waits no longer than this at a time. */
const FENCE_WAIT_MS = 250;

/** The highest position so far; a lower one may still be uncommitted. */
async function headPosition(session: Sql): Promise<number> {
  const rows = await session.query<{ head: number }>('SELECT coalesce(max(position), 0) AS head FROM event');
  return rows[0]?.head ?? 0;
}

/**
 * The highest position below which nothing can appear any more: read while no append is open.
 * Null when an append was open for longer than the wait; try again.
 */
export async function fencedPosition(session: Connection): Promise<number | null> {
  await session.execute('BEGIN');
  try {
    await session.execute(`SET LOCAL lock_timeout = ${FENCE_WAIT_MS}`);
    await session.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
    const position = await headPosition(session);
    await session.execute('COMMIT');
    return position;
  } catch (error) {
    await session.execute('ROLLBACK');
    if (isLockTimeout(error)) return null;
    throw error;
  }
}

/** Makes the cursor where it is missing: from the first event on. */
export async function createCursor(session: Sql, name: string): Promise<void> {
  await session.execute('INSERT INTO relay_cursor (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [name]);
}

/** Where the cursor stands now, which somebody may have put back, and the head. */
export async function readProgress(session: Sql, name: string): Promise<{ cursor: number; head: number }> {
  const [row] = await session.query<{ cursor: number; head: number }>(
    `SELECT position AS cursor, (SELECT coalesce(max(position), 0) FROM event) AS head FROM relay_cursor WHERE name = $1`,
    [name],
  );
  if (row === undefined) throw new Error(`The relay's cursor "${name}" is gone.`);
  return row;
}

/** @throws Error when the cursor is not where this relay left it: then another one is at work. */
export async function moveCursor(session: Sql, name: string, from: number, to: number): Promise<void> {
  const moved = await session.execute(
    'UPDATE relay_cursor SET position = $3, updated_at = now() WHERE name = $1 AND position = $2',
    [name, from, to],
  );
  if (moved !== 1) throw new Error(`The relay's cursor is no longer at ${from}: another relay has moved it.`);
}
