import type { Sql } from '@icmp-mon/platform/database';

/** A database session, named so that no later one with the same pid is meant; `startedAt` is PostgreSQL's own text. */
export interface Backend {
  pid: number;
  startedAt: string;
}

export interface LeaseClaim {
  name: string;
  /** Unique per process and start. */
  holder: string;
  ttlMs: number;
  /** The session through which the holder will write, for a successor to end. */
  backend?: Backend;
}

export interface GrantedLease {
  /** Higher than that of every earlier holder. */
  epoch: number;
  /** The session of the holder before, when it recorded one. */
  former: Backend | null;
}

/** Takes the lease when it is free or expired by the database's clock; null when somebody else holds it. */
export async function acquireLease(sql: Sql, claim: LeaseClaim): Promise<GrantedLease | null> {
  const params = [claim.name, claim.holder, claim.ttlMs, claim.backend?.pid ?? null, claim.backend?.startedAt ?? null];
  const taken = await sql.query<{ epoch: number; pid: number | null; started_at: string | null }>(
    `UPDATE lease SET epoch = lease.epoch + 1, holder = $2, backend_pid = $4, backend_start = $5::timestamptz,
       expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     FROM (SELECT name, backend_pid, backend_start::text AS backend_start FROM lease
           WHERE name = $1 AND expires_at <= clock_timestamp() FOR UPDATE) AS former
     WHERE lease.name = former.name
     RETURNING lease.epoch, former.backend_pid AS pid, former.backend_start AS started_at`,
    params,
  );
  const row = taken[0];
  if (row !== undefined) {
    const former = row.pid !== null && row.started_at !== null ? { pid: row.pid, startedAt: row.started_at } : null;
    return { epoch: row.epoch, former };
  }
  const made = await sql.query<{ epoch: number }>(
    `INSERT INTO lease (name, epoch, holder, expires_at, backend_pid, backend_start)
     VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond', $4, $5::timestamptz)
     ON CONFLICT (name) DO NOTHING RETURNING epoch`,
    params,
  );
  return made[0] === undefined ? null : { epoch: made[0].epoch, former: null };
}

/** Prolongs the lease; false when a successor has taken it. */
export async function renewLease(sql: Sql, claim: LeaseClaim, epoch: number): Promise<boolean> {
  const renewed = await sql.execute(
    `UPDATE lease SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
     WHERE name = $1 AND holder = $2 AND epoch = $3`,
    [claim.name, claim.holder, epoch, claim.ttlMs],
  );
  return renewed === 1;
}

/** Gives the lease back at once; does nothing when a successor has it. */
export async function releaseLease(sql: Sql, claim: LeaseClaim, epoch: number): Promise<void> {
  await sql.execute('UPDATE lease SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2 AND epoch = $3', [
    claim.name,
    claim.holder,
    epoch,
  ]);
}

/** The session that runs this very statement: call it on the connection that will write. */
export async function ownBackend(sql: Sql): Promise<Backend> {
  const rows = await sql.query<Backend>(
    `SELECT pid, backend_start::text AS "startedAt" FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  );
  const own = rows[0];
  if (own === undefined) throw new Error('The database session is not listed in pg_stat_activity.');
  return own;
}

/** Ends a former holder's session, so that not even a COPY under way can still commit; true when there was one. */
export async function endBackend(sql: Sql, backend: Backend): Promise<boolean> {
  const ended = await sql.query<{ ended: boolean }>(
    `SELECT pg_terminate_backend(pid, 5000) AS ended FROM pg_stat_activity
     WHERE pid = $1 AND backend_start = $2::timestamptz`,
    [backend.pid, backend.startedAt],
  );
  return ended[0]?.ended === true;
}
