import { pause } from '@icmp-mon/platform/concurrency';
import { isLockTimeout, type Sql, type Transactor } from '@icmp-mon/platform/database';

/**
 * Advisory lock between appenders (shared, until they commit) and readers that follow the store (exclusive, for an instant). While a reader
 * holds it, every position assigned so far belongs to a finished transaction.
 */
export const APPEND_LOCK = 7_260_002;

/** NOTIFY channel that wakes the relay and the event projections. */
export const APPENDED_CHANNEL = 'event_appended';

/** Lock timeout of the fence. New appenders queue behind a waiting fence, so it must not wait longer per attempt. */
const FENCE_WAIT_MS = 250;
const FENCE_ATTEMPTS_MAX = 40;

/** Blocks appends until the transaction ends. Every position assigned so far then belongs to a finished transaction. */
export async function fence(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
}

/**
 * Makes one attempt to set the fence in the caller's transaction. Returns the head of the store: no event can appear at or below it later.
 * @throws an error for which `isLockTimeout` is true when an append stayed open for `waitMs`
 */
export async function tryFencedHead(sql: Sql, waitMs = FENCE_WAIT_MS): Promise<number> {
  await sql.execute(`SET LOCAL lock_timeout = ${waitMs}`);
  await fence(sql);
  return headOf(sql);
}

/** Sets the fence, with retries, and returns the head of the store. */
export async function fencedHead(database: Transactor): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(tryFencedHead);
    } catch (error) {
      if (!isLockTimeout(error) || attempt >= FENCE_ATTEMPTS_MAX) throw error;
      await pause(FENCE_WAIT_MS);
    }
  }
}

/**
 * Makes one short attempt to set the fence. If an append stays open, returns the position up to which the relay has published, which was fenced
 * before; only without a relay, waits for the fence.
 */
export async function recentFencedHead(database: Transactor & Sql, waitMs: number): Promise<number> {
  try {
    return await database.transaction((sql) => tryFencedHead(sql, waitMs));
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
  }
  const [row] = await database.query<{ position: number | null }>('SELECT max(position) AS position FROM relay_cursor');
  return row?.position || fencedHead(database);
}

/** Returns the highest position so far; a lower one may still be uncommitted unless the fence is held. */
export async function headOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ head: number }>('SELECT coalesce(max(position), 0) AS head FROM event');
  return row?.head ?? 0;
}
