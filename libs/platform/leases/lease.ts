import type { Sql } from '@icmp-mon/platform/database';

export interface LeaseClaim {
  name: string;
  /** Unique per process and start. */
  holder: string;
  ttlMs: number;
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
}

/**
 * Takes the lease when it is free, expired by the database's clock, or ends later than any lease can; null when another holds it.
 */
export async function acquireLease(sql: Sql, { name, holder, ttlMs }: LeaseClaim): Promise<GrantedLease | null> {
  const [taken] = await sql.query<{ epoch: number; ahead_s: number }>(
    `UPDATE lease SET epoch = lease.epoch + 1, holder = $2, expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     FROM (SELECT name, ${leaseAheadSql('expires_at', '$3')} AS ahead_s
           FROM lease WHERE name = $1 AND NOT ${isHeldSql('expires_at', '$3')} FOR UPDATE) AS former
     WHERE lease.name = former.name
     RETURNING lease.epoch, former.ahead_s`,
    [name, holder, ttlMs],
  );
  if (taken !== undefined) return { epoch: taken.epoch, aheadS: Math.max(0, taken.ahead_s) };
  const [made] = await sql.query<{ epoch: number }>(
    `INSERT INTO lease (name, epoch, holder, expires_at)
     VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO NOTHING RETURNING epoch`,
    [name, holder, ttlMs],
  );
  return made === undefined ? null : { epoch: made.epoch, aheadS: 0 };
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
