import { pause, settlesWithin } from '@icmp-mon/platform/concurrency';
import { type Connection, connect, type Sql } from '@icmp-mon/platform/database';
import type { Claim, Term } from './leader';

const STANDBY_MS = 1_000;
/** Maximum wait for a connection to close whose server does not answer. */
const CLOSE_MS_MAX = 3_000;

export interface SessionLockOptions {
  url: string;
  applicationName: string;
  /** Number of the advisory lock, unique in the database. */
  lock: number;
}

export interface SessionLockTerm extends Term {
  readonly epoch: null;
  /** The connection that holds the lock: only the leader can write through it. */
  readonly connection: Connection;
}

/**
 * Claims leadership by a session-level advisory lock. It stays exclusive also while the leader's process is suspended, until its connection
 * ends: no other process leads while the former leader only seems dead. The price: no process leads until the server detects the lost
 * connection.
 */
export function bySessionLock({ url, applicationName, lock }: SessionLockOptions): Claim<SessionLockTerm> {
  return {
    name: applicationName,
    async claimLeadership(stop) {
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

/** Tries to take the lock for the session of `sql`, until the session ends. Returns whether it has it. `name` distinguishes locks of one number. */
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
