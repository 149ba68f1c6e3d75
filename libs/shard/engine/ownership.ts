import type { Sql } from '@icmp-mon/platform/database';
import { isHeldSql, LEASE_AHEAD_MS_MAX, leaseAheadSql } from '@icmp-mon/platform/leases';
import type { Backend } from './writer';

export const LEASE_TTL_MS = 5_000;
export const ADOPTION_HOLDER = 'icmp-mon adoption';
/** So long nobody takes a shard whose adoption was cut off; it may be adopted again at once. */
export const ADOPTION_LEASE_MS = 10 * 60_000;
const SHARD_LEASE_MS = `CASE WHEN s.holder = '${ADOPTION_HOLDER}' THEN ${ADOPTION_LEASE_MS} ELSE ${LEASE_TTL_MS} END`;
/** SQL: whether somebody holds the shard of row `s`. False for a lease that ends later than any lease can. */
export const SHARD_IS_HELD = `(s.holder IS NOT NULL AND ${isHeldSql('s.expires_at', SHARD_LEASE_MS)})`;
/** SQL: how far in the future the lease of row `s` ends beyond its length, in seconds. */
export const SHARD_LEASE_AHEAD_S = leaseAheadSql('s.expires_at', SHARD_LEASE_MS);

/** A projector that was not seen for so long has no share of the shards: as long as its leases would have lived. */
const PROJECTOR_TTL_MS = LEASE_TTL_MS;

/** A shard under the epoch by which this process may commit for it. */
export interface Claim {
  shard: number;
  epoch: number;
}

export interface TakenShard extends Claim {
  /** How far in the future the former lease ended beyond its length, in seconds; 0 for one that had simply ended. */
  aheadS: number;
}

/** Who owns which shard, by leases in the telemetry database and its clock. */
export class ShardOwnership {
  constructor(
    private readonly sql: Sql,
    readonly holder: string,
  ) {}

  async createShards(shardCount: number): Promise<void> {
    const [known] = await this.sql.query<{ count: number }>('SELECT count(*)::integer AS count FROM shard');
    if (known && known.count > 0 && known.count !== shardCount) {
      throw new Error(
        `This installation has ${known.count} shards, ICMPMON_SHARD_COUNT says ${shardCount}. The number is fixed at ` +
          `installation: set ICMPMON_SHARD_COUNT=${known.count}.`,
      );
    }
    await this.sql.execute(
      'INSERT INTO shard (shard) SELECT generate_series(0, $1::integer - 1) ON CONFLICT (shard) DO NOTHING',
      [shardCount],
    );
  }

  /** Forgets projectors that are long gone. */
  async forgetOthers(): Promise<void> {
    await this.sql.execute(`DELETE FROM projector WHERE abs(extract(epoch FROM now() - seen_at)) > 86400`);
  }

  /** Keeps what is held and tells it; a shard that is missing from the answer was lost. */
  async renew(): Promise<Claim[]> {
    await this.sql.execute(
      `INSERT INTO projector (holder, seen_at) VALUES ($1, now()) ON CONFLICT (holder) DO UPDATE SET seen_at = now()`,
      [this.holder],
    );
    return this.sql.query<Claim>(
      `UPDATE shard SET expires_at = now() + $2::integer * interval '1 millisecond' WHERE holder = $1
       RETURNING shard, epoch::float8 AS epoch`,
      [this.holder, LEASE_TTL_MS],
    );
  }

  /** How many shards are this projector's fair share. */
  async share(shardCount: number): Promise<number> {
    const [row] = await this.sql.query<{ live: number }>(
      // One that was seen in the future was seen before the clock was set back: it counts once it is seen again.
      `SELECT count(*)::integer AS live FROM projector
       WHERE seen_at BETWEEN now() - $1::integer * interval '1 millisecond' AND clock_timestamp() + $2::integer * interval '1 millisecond'`,
      [PROJECTOR_TTL_MS, LEASE_AHEAD_MS_MAX],
    );
    return Math.ceil(shardCount / Math.max(1, row?.live ?? 1));
  }

  /** Shards that nobody holds, whose holder let the lease expire, or whose lease ends later than any can; at most `limit`. */
  async free(limit: number): Promise<number[]> {
    if (limit <= 0) return [];
    const rows = await this.sql.query<{ shard: number }>(
      `SELECT shard FROM shard s WHERE holder IS DISTINCT FROM $1 AND NOT ${SHARD_IS_HELD} ORDER BY shard LIMIT $2`,
      [this.holder, limit],
    );
    return rows.map(({ shard }) => shard);
  }

  /**
   * Ends the former owner's server process, which could still hold an open commit, and raises the epoch, once no commit is
   * under way. Null when somebody else was faster. `retake` is for a shard of one's own whose memory was dropped.
   */
  async take(shard: number, backend: Backend, retake = false): Promise<TakenShard | null> {
    await this.sql.query(
      `SELECT pg_terminate_backend(a.pid) FROM shard s
       JOIN pg_stat_activity a ON a.pid = s.backend_pid AND a.backend_start::text = s.backend_start
       WHERE s.shard = $1 AND a.pid <> $2 AND (NOT ${SHARD_IS_HELD} OR ($3 AND s.holder = $4))`,
      [shard, backend.pid, retake, this.holder],
    );
    const [claim] = await this.sql.query<TakenShard>(
      `UPDATE shard s SET epoch = s.epoch + 1, holder = $2, backend_pid = $4, backend_start = $5,
              expires_at = now() + $3::integer * interval '1 millisecond'
       FROM (SELECT shard, greatest(0, ${SHARD_LEASE_AHEAD_S}) AS ahead_s
             FROM shard s WHERE shard = $1 AND (NOT ${SHARD_IS_HELD} OR ($6 AND holder = $2)) FOR UPDATE) AS free
       WHERE s.shard = free.shard
       RETURNING s.shard, s.epoch::float8 AS epoch, free.ahead_s AS "aheadS"`,
      [shard, this.holder, LEASE_TTL_MS, backend.pid, backend.start, retake],
    );
    return claim ?? null;
  }

  async release(shards: readonly number[]): Promise<void> {
    await this.sql.execute(
      `UPDATE shard SET holder = NULL, expires_at = '-infinity', backend_pid = NULL, backend_start = NULL
       WHERE holder = $1 AND shard = ANY($2::smallint[])`,
      [this.holder, shards],
    );
  }

  async leave(): Promise<void> {
    await this.sql.execute('DELETE FROM projector WHERE holder = $1', [this.holder]);
  }
}
