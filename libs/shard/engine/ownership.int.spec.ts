import { type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShardOwnership } from './ownership';
import { PostgresShardStore } from './postgres-shard-store';
import type { Claim } from './shard-store';
import { EpochLost, writeCommits } from './write-commits';
import { ShardWriter } from './writer';

const SHARDS = 4;

describe('shards under leases', () => {
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;
  let writer: ShardWriter;
  let owner: ShardOwnership;
  let claims: Claim[];

  beforeEach(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
    writer = await ShardWriter.connect(database.url, 'ownership test', () => undefined);
    owner = ownershipOf('owner');
    await owner.createShards(SHARDS);
    for (let shard = 0; shard < SHARDS; shard++) await owner.takeoverShard(shard, writer.backend);
    claims = await owner.renewLeases();
  });

  afterEach(async () => {
    await writer.close();
    await telemetry.close();
    await database.dropDatabase();
  });

  const ownershipOf = (name: string, sql: Sql = telemetry): ShardOwnership =>
    new ShardOwnership(new PostgresShardStore(sql, database.url), name);

  /** Keeps a commit of all shards open until `work` is done. */
  const whileCommitting = (work: () => Promise<void>): Promise<void> =>
    writer.commit(async (transaction) => {
      const nothing = { writes: [], positions: new Map(), committedAhead: new Map(), caughtUp: [], offset: 1, atMs: 0 };
      await writeCommits(
        transaction,
        claims.map((claim) => ({ claim, ...nothing, checkpoint: null })),
      );
      await work();
    });

  const expire = (): Promise<number> => telemetry.execute(`UPDATE shard SET expires_at = now() - interval '1 second'`);

  async function expectWaiting(): Promise<void> {
    await eventually(async () => {
      const waits = await telemetry.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waits).toHaveLength(1);
    });
  }

  it('are renewed during a commit, regardless of how long it takes', async () => {
    await whileCommitting(async () => {
      await telemetry.transaction(async (sql) => {
        await sql.execute('SET LOCAL lock_timeout = 100');
        expect(await ownershipOf('owner', sql).renewLeases()).toHaveLength(SHARDS);
      });
    });
  });

  it('are taken over when the commit in progress has ended, and later commits of the former owner are refused', async () => {
    let taking = Promise.resolve<Claim | null>(null);
    await whileCommitting(async () => {
      await expire();
      // Simulates a former owner whose server process could not be terminated: it has the successor's pid.
      taking = ownershipOf('successor').takeoverShard(2, writer.backend);
      await expectWaiting();
    });
    expect(await taking).toEqual({ shard: 2, epoch: 2, aheadS: 0 });
    await expect(whileCommitting(async () => undefined)).rejects.toThrow(EpochLost);
  });

  it('are taken over when their leases end later than a lease may, as when a clock was ahead', async () => {
    const successor = ownershipOf('successor');
    const other = await ShardWriter.connect(database.url, 'ownership test: successor', () => undefined);
    try {
      expect(await successor.findFreeShards(SHARDS)).toEqual([]);
      await telemetry.execute(`UPDATE shard SET expires_at = expires_at + interval '2 hours' WHERE shard >= 2`);
      await telemetry.execute(`UPDATE projector SET seen_at = seen_at + interval '2 hours'`);
      expect(await successor.findFreeShards(SHARDS)).toEqual([2, 3]);
      const taken = await successor.takeoverShard(2, other.backend);
      expect(taken).toMatchObject({ shard: 2, epoch: 2 });
      expect(taken?.aheadS).toBeGreaterThan(7_100);
      await successor.renewLeases();
      // A projector that was seen in the future gets no share.
      expect(await successor.share(SHARDS)).toBe(SHARDS);
    } finally {
      await other.close();
    }
  });

  it('stay with their owner when the lease was renewed before the commit ended', async () => {
    let taking = Promise.resolve<Claim | null>(null);
    await whileCommitting(async () => {
      await expire();
      taking = ownershipOf('successor').takeoverShard(2, writer.backend);
      await expectWaiting();
      await owner.renewLeases();
    });
    expect(await taking).toBeNull();
    await whileCommitting(async () => undefined);
  });

  it('make a commit wait for a takeover in progress, and then refuse the commit', async () => {
    await expire();
    let refused = Promise.resolve();
    await telemetry.transaction(async (sql) => {
      expect(await ownershipOf('successor', sql).takeoverShard(2, writer.backend)).toMatchObject({
        shard: 2,
        epoch: 2,
      });
      refused = expect(whileCommitting(async () => undefined)).rejects.toThrow(EpochLost);
      await expectWaiting();
    });
    await refused;
  });

  it('keep the server process of an owner that was faster', async () => {
    await owner.releaseShards([{ shard: 2, epoch: 1 }]);
    const successor = ownershipOf('successor');
    const other = await ShardWriter.connect(database.url, 'ownership test: successor', () => undefined);
    try {
      expect(await successor.takeoverShard(2, other.backend)).toMatchObject({ shard: 2, epoch: 2 });
      expect(await owner.takeoverShard(2, writer.backend, true)).toBeNull();
      expect(await other.query('SELECT 1 AS alive')).toEqual([{ alive: 1 }]);
    } finally {
      await other.close();
    }
  });

  it('are not released by an owner that has taken them over again since', async () => {
    const [former] = claims.filter(({ shard }) => shard === 2);
    await owner.takeoverShard(2, writer.backend, true);
    await owner.releaseShards([former]);
    expect(await owner.renewLeases()).toContainEqual({ shard: 2, epoch: 2 });
    await owner.releaseShards([{ shard: 2, epoch: 2 }]);
    expect(await owner.renewLeases()).toHaveLength(SHARDS - 1);
  });

  it('are renewed in ascending order, like checkpoints are stored', async () => {
    // Its row is now stored behind the others.
    await owner.takeoverShard(0, writer.backend, true);
    let renewing = Promise.resolve<Claim[]>([]);
    await telemetry.transaction(async (sql) => {
      await sql.execute('SELECT FROM shard WHERE shard = 1 FOR UPDATE');
      renewing = owner.renewLeases();
      await expectWaiting();
      const isLocked = (shard: number): Promise<unknown> =>
        writer.query('SELECT FROM shard WHERE shard = $1 FOR UPDATE NOWAIT', [shard]);
      await expect(isLocked(0)).rejects.toThrow('could not obtain lock');
      await isLocked(2);
    });
    expect(await renewing).toHaveLength(SHARDS);
  });
});
