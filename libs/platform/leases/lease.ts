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

/**
 * How far beyond its own length a lease may seem to end: a database's clock is corrected by small steps. What lies further ahead was
 * written before the clock was set back, or on a server whose clock was ahead, and is free: a living holder renews it within seconds.
 */
export const LEASE_AHEAD_MS_MAX = 1_000;

/** SQL: whether a lease of `lengthMs` (SQL as well) that ends at `expiresAt` is held. Needs the time of the row's lock, not of the transaction. */
export function isHeldSql(expiresAt: string, lengthMs: string | number): string {
  return `(${expiresAt} > clock_timestamp()
    AND ${expiresAt} <= clock_timestamp() + (${lengthMs} + ${LEASE_AHEAD_MS_MAX}) * interval '1 millisecond')`;
}

/** SQL: how many seconds ahead of its possible end a lease ends; 0 or less for a sound one. */
export function leaseAheadSql(expiresAt: string, lengthMs: string | number): string {
  return `(extract(epoch FROM ${expiresAt}) - extract(epoch FROM clock_timestamp()) - ${lengthMs} / 1000.0)::float8`;
}

export interface GrantedLease {
  /** Higher than that of every earlier holder. */
  epoch: number;
  /** How far in the future the former holder's lease ended beyond its length, in seconds; 0 for one that had simply ended. */
  aheadS: number;
  /** The session of the holder before, when it recorded one. */
  former: Backend | null;
}

/**
 * Takes the lease when it is free, expired by the database's clock, or ends later than any lease can; null when another holds it.
 */
export async function acquireLease(sql: Sql, claim: LeaseClaim): Promise<GrantedLease | null> {
  const params = [claim.name, claim.holder, claim.ttlMs, claim.backend?.pid ?? null, claim.backend?.startedAt ?? null];
  const taken = await sql.query<{ epoch: number; pid: number | null; started_at: string | null; ahead_s: number }>(
    `UPDATE lease SET epoch = lease.epoch + 1, holder = $2, backend_pid = $4, backend_start = $5::timestamptz,
       expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     FROM (SELECT name, backend_pid, backend_start::text AS backend_start, ${leaseAheadSql('expires_at', '$3')} AS ahead_s
           FROM lease WHERE name = $1 AND NOT ${isHeldSql('expires_at', '$3')} FOR UPDATE) AS former
     WHERE lease.name = former.name
     RETURNING lease.epoch, former.backend_pid AS pid, former.backend_start AS started_at, former.ahead_s`,
    params,
  );
  const row = taken[0];
  if (row !== undefined) {
    const former = row.pid !== null && row.started_at !== null ? { pid: row.pid, startedAt: row.started_at } : null;
    return { epoch: row.epoch, aheadS: Math.max(0, row.ahead_s), former };
  }
  const made = await sql.query<{ epoch: number }>(
    `INSERT INTO lease (name, epoch, holder, expires_at, backend_pid, backend_start)
     VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond', $4, $5::timestamptz)
     ON CONFLICT (name) DO NOTHING RETURNING epoch`,
    params,
  );
  return made[0] === undefined ? null : { epoch: made[0].epoch, aheadS: 0, former: null };
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
