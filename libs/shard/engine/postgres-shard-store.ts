import type { Sql } from '@icmp-mon/platform/database';
import { LEASE_AHEAD_MS_MAX } from '@icmp-mon/platform/leases';
import { SHARD_IS_HELD, SHARD_LEASE_AHEAD_S } from './lease-sql';
import type { Claim, ShardReader, ShardStore, StoredShard, TakenShard, Taking } from './shard-store';
import { ShardWriter, type WriterTransaction } from './writer';

/** Shards in the telemetry database. */
export class PostgresShardStore implements ShardStore {
  readonly rows: WriterTransaction;

  constructor(
    private readonly sql: Sql,
    /** URL of the same database, for the connections that commit. */
    private readonly telemetryUrl: string,
  ) {
    this.rows = {
      query: (text, params) => sql.query(text, params),
      copyBinary: () => Promise.reject(new Error('COPY is available only inside a commit.')),
    };
  }

  async countShards(): Promise<number> {
    const [known] = await this.sql.query<{ count: number }>('SELECT count(*)::integer AS count FROM shard');
    return known?.count ?? 0;
  }

  async addShards(shardCount: number): Promise<void> {
    await this.sql.execute(
      'INSERT INTO shard (shard) SELECT generate_series(0, $1::integer - 1) ON CONFLICT (shard) DO NOTHING',
      [shardCount],
    );
  }

  async forgetProjectors(): Promise<void> {
    await this.sql.execute(`DELETE FROM projector WHERE abs(extract(epoch FROM now() - seen_at)) > 86400`);
  }

  async noteSeen(holder: string): Promise<void> {
    await this.sql.execute(
      `INSERT INTO projector (holder, seen_at) VALUES ($1, now()) ON CONFLICT (holder) DO UPDATE SET seen_at = now()`,
      [holder],
    );
  }

  renewLeases(holder: string, ttlMs: number): Promise<Claim[]> {
    return this.sql.query<Claim>(
      `WITH mine AS (SELECT shard FROM shard WHERE holder = $1 ORDER BY shard FOR NO KEY UPDATE)
       UPDATE shard s SET expires_at = now() + $2::integer * interval '1 millisecond' FROM mine WHERE s.shard = mine.shard
       RETURNING s.shard, s.epoch::float8 AS epoch`,
      [holder, ttlMs],
    );
  }

  async countProjectors(ttlMs: number): Promise<number> {
    const [row] = await this.sql.query<{ live: number }>(
      // A projector seen in the future was seen before the clock was set back: it counts once it is seen again.
      `SELECT count(*)::integer AS live FROM projector
       WHERE seen_at BETWEEN now() - $1::integer * interval '1 millisecond' AND clock_timestamp() + $2::integer * interval '1 millisecond'`,
      [ttlMs, LEASE_AHEAD_MS_MAX],
    );
    return row?.live ?? 0;
  }

  async freeShards(holder: string, limit: number): Promise<number[]> {
    const rows = await this.sql.query<{ shard: number }>(
      `SELECT shard FROM shard s WHERE holder IS DISTINCT FROM $1 AND NOT ${SHARD_IS_HELD} ORDER BY shard LIMIT $2`,
      [holder, limit],
    );
    return rows.map(({ shard }) => shard);
  }

  async endFormerWriter({ shard, holder, backend, retake }: Taking): Promise<void> {
    await this.sql.query(
      `SELECT pg_terminate_backend(a.pid) FROM shard s
       JOIN pg_stat_activity a ON a.pid = s.backend_pid AND a.backend_start::text = s.backend_start
       WHERE s.shard = $1 AND a.pid <> $2 AND (NOT ${SHARD_IS_HELD} OR ($3 AND s.holder = $4))`,
      [shard, backend.pid, retake, holder],
    );
  }

  async raiseEpoch({ shard, holder, backend, ttlMs, retake }: Taking): Promise<TakenShard | null> {
    const [claim] = await this.sql.query<TakenShard>(
      `UPDATE shard s SET epoch = s.epoch + 1, holder = $2, backend_pid = $4, backend_start = $5,
              expires_at = now() + $3::integer * interval '1 millisecond'
       FROM (SELECT shard, greatest(0, ${SHARD_LEASE_AHEAD_S}) AS ahead_s
             FROM shard s WHERE shard = $1 AND (NOT ${SHARD_IS_HELD} OR ($6 AND holder = $2)) FOR UPDATE) AS free
       WHERE s.shard = free.shard
       RETURNING s.shard, s.epoch::float8 AS epoch, free.ahead_s AS "aheadS"`,
      [shard, holder, ttlMs, backend.pid, backend.start, retake],
    );
    return claim ?? null;
  }

  async releaseShards(holder: string, claims: readonly Claim[]): Promise<void> {
    await this.sql.execute(
      `UPDATE shard s SET holder = NULL, expires_at = '-infinity', backend_pid = NULL, backend_start = NULL
       FROM unnest($2::smallint[], $3::bigint[]) AS mine(shard, epoch)
       WHERE s.holder = $1 AND s.shard = mine.shard AND s.epoch = mine.epoch`,
      [holder, claims.map(({ shard }) => shard), claims.map(({ epoch }) => epoch)],
    );
  }

  async forgetProjector(holder: string): Promise<void> {
    await this.sql.execute('DELETE FROM projector WHERE holder = $1', [holder]);
  }

  loadShard(shard: number): Promise<StoredShard> {
    return loadShard(this.sql, shard);
  }

  connectWriter(name: string, onLost: (error: Error) => void): Promise<ShardWriter> {
    return ShardWriter.connect(this.telemetryUrl, name, onLost);
  }
}

/** Returns a reader of shards inside the transaction. */
export function readerOf(transaction: WriterTransaction): ShardReader {
  return { rows: transaction, loadShard: (shard) => loadShard(transaction, shard) };
}

async function loadShard(sql: Pick<Sql, 'query'>, shard: number): Promise<StoredShard> {
  const [stored] = await sql.query<{ checkpoint: Buffer | null; checkpoint_position: number }>(
    'SELECT checkpoint, checkpoint_position::float8 AS checkpoint_position FROM shard WHERE shard = $1',
    [shard],
  );
  if (!stored) throw new Error(`The telemetry database has no shard ${shard}.`);
  const positions = await sql.query<{ participant: string; position: number }>(
    'SELECT participant, position::float8 AS position FROM shard_position WHERE shard = $1',
    [shard],
  );
  const committedAheadRows = await sql.query<{ participant: string; key: number; position: number }>(
    'SELECT participant, key::float8 AS key, position::float8 AS position FROM shard_ahead WHERE shard = $1',
    [shard],
  );
  const committedAhead = new Map<string, Map<number, number>>();
  for (const { participant, key, position } of committedAheadRows) {
    let keys = committedAhead.get(participant);
    if (!keys) committedAhead.set(participant, (keys = new Map()));
    keys.set(key, position);
  }
  return {
    checkpoint: stored.checkpoint,
    checkpointPosition: stored.checkpoint_position,
    positions: new Map(positions.map(({ participant, position }) => [participant, position])),
    committedAhead,
  };
}
