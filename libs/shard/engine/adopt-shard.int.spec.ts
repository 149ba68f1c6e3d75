import { type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adoptShard, type Adopted } from './adopt-shard';
import { ShardOwnership } from './ownership';
import type { ShardParticipant } from './participant';
import { PostgresCommit } from './postgres-commit';
import { PostgresShardStore } from './postgres-shard-store';
import type { Claim } from './shard-store';
import { EpochLost, writeCommits } from './write-commits';
import { ShardWriter } from './writer';

const SHARDS = 3;
const ADOPTED = 1;

describe('while a shard is adopted', () => {
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;
  let writer: ShardWriter;
  let holder: ShardOwnership;
  let claims: Claim[];

  beforeEach(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
    writer = await ShardWriter.connect(database.url, 'adoption test', () => undefined);
    holder = ownershipOf('holder');
    await holder.createShards(SHARDS);
    for (let shard = 0; shard < SHARDS; shard++) await holder.takeoverShard(shard, writer.backend);
    claims = await holder.renewLeases();
  });

  afterEach(async () => {
    await writer.close();
    await telemetry.close();
    await database.dropDatabase();
  });

  const ownershipOf = (name: string, sql: Sql = telemetry): ShardOwnership =>
    new ShardOwnership(new PostgresShardStore(sql, database.url), name);

  const commit = (shards: Claim[]): Promise<void> =>
    writer.transaction(async (transaction) => {
      await transaction.query('SET LOCAL lock_timeout = 200');
      const nothing = { writes: [], positions: new Map(), committedAhead: new Map(), caughtUp: [], offset: 1, atMs: 0 };
      await writeCommits(
        new PostgresCommit(transaction),
        shards.map((claim) => ({ claim, ...nothing, checkpoint: null })),
      );
    });

  /** Starts an adoption that stays in progress until `work` is done, or fails with its error. */
  async function whileAdopting(work: () => Promise<void>): Promise<Adopted> {
    let isLoading = false;
    let finish: (error?: unknown) => void = () => undefined;
    const loading = new Promise<void>((resolve, reject) => {
      finish = (error) => (error === undefined ? resolve() : reject(error as Error));
    });
    const participant: ShardParticipant = {
      name: 'participant',
      loadStoredRows: () => {
        isLoading = true;
        return loading;
      },
      checkpoint: () => ({ head: null, columns: {} }),
      restore: () => undefined,
      takePendingWrite: () => null,
      hasPending: () => false,
    };
    const adopting = adoptShard({
      ...{ telemetryUrl: database.url, shard: ADOPTED, low: 5, newLog: false, logFrom: new Date() },
      ...{ feed: { facts: [], feedPosition: 0 }, participants: () => [participant] },
    });
    await eventually(() => expect(isLoading).toBe(true));
    await work().then(() => finish(), finish);
    return adopting;
  }

  const freeShards = (): Promise<number[]> => ownershipOf('other').findFreeShards(SHARDS);

  it('the other shards are renewed and committed, and no projector takes it over before the end', async () => {
    await whileAdopting(async () => {
      const others = claims.filter(({ shard }) => shard !== ADOPTED);
      await telemetry.transaction(async (sql) => {
        await sql.execute('SET LOCAL lock_timeout = 200');
        expect(await ownershipOf('holder', sql).renewLeases()).toEqual(others);
      });
      await commit(others);
      await expect(commit(claims)).rejects.toThrow(EpochLost);
      expect(await freeShards()).toEqual([]);
    });
    expect(await freeShards()).toEqual([ADOPTED]);
    expect(await telemetry.query(`SELECT checkpoint_position FROM shard WHERE shard = ${ADOPTED}`)).toEqual([
      { checkpoint_position: 4 },
    ]);
  });

  it('and the adoption fails, the shard is released unchanged', async () => {
    await expect(whileAdopting(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await freeShards()).toEqual([ADOPTED]);
    expect(await telemetry.query('SELECT FROM shard WHERE checkpoint IS NOT NULL')).toEqual([]);
  });

  it('and a projector takes it over nevertheless, the adoption stores nothing', async () => {
    const taken = whileAdopting(async () => {
      await telemetry.execute(`UPDATE shard SET epoch = epoch + 1, holder = 'other' WHERE shard = $1`, [ADOPTED]);
    });
    await expect(taken).rejects.toThrow(EpochLost);
    expect(await telemetry.query(`SELECT shard FROM shard WHERE holder = 'other' AND checkpoint IS NULL`)).toEqual([
      { shard: ADOPTED },
    ]);
  });
});
