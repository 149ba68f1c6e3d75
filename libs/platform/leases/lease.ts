import type { Sql } from '@icmp-mon/platform/database';

export interface LeaseClaim {
  name: string;
  /** Unique per process and start. */
  holder: string;
  ttlMs: number;
}

/**
 * How far the expiry of a lease may exceed now + its time to live, because the database's clock is corrected in small steps. A lease that
 * expires later was written before the clock was set back, or on a server whose clock was ahead, and counts as free: a live holder renews
 * it within seconds.
 */
export const LEASE_AHEAD_MS_MAX = 1_000;

/**
 * Returns an SQL condition: whether a lease with the time to live `lengthMs` (an SQL expression too) that expires at `expiresAt` is held. It
 * uses clock_timestamp(), because the statement may have waited for the row lock.
 */
export function isHeldSql(expiresAt: string, lengthMs: string | number): string {
  return `(${expiresAt} > clock_timestamp()
    AND ${expiresAt} <= clock_timestamp() + (${lengthMs} + ${LEASE_AHEAD_MS_MAX}) * interval '1 millisecond')`;
}

/** Returns an SQL expression: seconds by which a lease expires later than now + its time to live; 0 or less for a valid one. */
export function leaseAheadSql(expiresAt: string, lengthMs: string | number): string {
  return `(extract(epoch FROM ${expiresAt}) - extract(epoch FROM clock_timestamp()) - ${lengthMs} / 1000.0)::float8`;
}

export interface GrantedLease {
  /** Number of this ownership, higher than that of every earlier holder. */
  epoch: number;
  /** Seconds by which the former lease expired later than possible (wrong clock); 0 for one that had expired normally. */
  aheadS: number;
}

/**
 * Acquires the lease if it is free, expired by the database's clock, or expires later than any lease can. Returns null while another holder
 * has it.
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

/** Renews the lease. Returns false when a successor has taken it over. */
export async function renewLease(sql: Sql, claim: LeaseClaim, epoch: number): Promise<boolean> {
  const renewed = await sql.execute(
    `UPDATE lease SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
     WHERE name = $1 AND holder = $2 AND epoch = $3`,
    [claim.name, claim.holder, epoch, claim.ttlMs],
  );
  return renewed === 1;
}

/** Releases the lease immediately. Has no effect when a successor has it. */
export async function releaseLease(sql: Sql, claim: LeaseClaim, epoch: number): Promise<void> {
  await sql.execute('UPDATE lease SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2 AND epoch = $3', [
    claim.name,
    claim.holder,
    epoch,
  ]);
}
