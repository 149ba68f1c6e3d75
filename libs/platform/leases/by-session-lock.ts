import { pause, settlesWithin } from '@icmp-mon/platform/concurrency';
import { type Connection, connect, type Sql } from '@icmp-mon/platform/database';
import type { Claim, Term } from './leader';

const STANDBY_MS = 1_000;
/** A connection whose server does not answer is not waited for longer. */
const CLOSE_MS_MAX = 3_000;

export interface SessionLockOptions {
  url: string;
  applicationName: string;
  /** Number of the advisory lock, which no other lock of the database has. */
  lock: number;
}

export interface SessionLockTerm extends Term {
  readonly epoch: null;
  /** Holds the lock: what is written through it is written by the leader. */
  readonly connection: Connection;
}

/**
 * Leads who holds an advisory lock by its session: exclusive also while the leader is stopped, until its connection ends. So no other
 * process leads while the former leader only seems dead; the price is that no process leads until the server detects the loss.
 */
export function bySessionLock({ url, applicationName, lock }: SessionLockOptions): Claim<SessionLockTerm> {
  return {
    name: applicationName,
    async take(stop) {
      const connection = await connect({ url, applicationName });
      try {
        while (!stop.aborted) {
          if (await trySessionLock(connection, lock)) return termOf(connection);
          await pause(STANDBY_MS, stop);
        }
      } catch (error) {
        await close(connection);
        throw error;
      }
      await close(connection);
      return null;
    },
  };
}

/** Whether the session of `sql` has the lock now; it keeps it as long as it lives. `name` tells apart locks of one number. */
export async function trySessionLock(sql: Sql, lock: number, name?: string): Promise<boolean> {
  const [row] =
    name === undefined
      ? await sql.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [lock])
      : await sql.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine', [lock, name]);
  return row?.mine === true;
}

const termOf = (connection: Connection): SessionLockTerm => ({
  epoch: null,
  connection,
  lost: connection.lost,
  giveUp: () => close(connection),
});

async function close(connection: Connection): Promise<void> {
  if (!connection.lost.aborted) await settlesWithin(connection.close(), CLOSE_MS_MAX);
}
