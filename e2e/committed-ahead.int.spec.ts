import { TelemetryDatabase } from '@icmp-mon/platform/database';
import {
  OwnedShard,
  PostgresShardStore,
  type ShardDirectory,
  type ShardParticipant,
  writeCommits,
} from '@icmp-mon/shard/engine';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { decodeShardRecord } from '@icmp-mon/probing/wire';
import {
  AgentNumbers,
  type LiveBus,
  postgresAgentNumbers,
  postgresSeriesTables,
  SeriesParticipant,
} from '@icmp-mon/probing/server';
import { postgresStatusTables, StatusParticipant } from '@icmp-mon/status/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ShardWriter, generateLog, START_MS } from '@icmp-mon/shard/engine/testing';

const SEED = 7;
const TARGETS = [1, 2, 3, 4, 5, 6, 7, 8];
const WATCHED = [1, 2];
/** Seconds of log: the first window ends after a minute, and is folded 20 s later. */
const WINDOW_OPEN_S = 50;
const WINDOW_FOLDED_S = 150;

describe('results of watched targets, committed ahead of their shard', () => {
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;
  let writer: ShardWriter;

  beforeEach(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
    writer = await ShardWriter.connect(database.url, 'committed ahead test', () => undefined);
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0)');
  });

  afterEach(async () => {
    await writer.close();
    await telemetry.close();
    await database.dropDatabase();
  });

  /** Creates the participants as a projector does. Time is stopped, so that fragments of unwatched targets wait forever. */
  function participants(directory: () => ShardDirectory): ShardParticipant[] {
    const live: LiveBus = { watchedKeys: () => new Set(WATCHED), publishMessage: () => undefined };
    const nowMs = (): number => 0;
    return [
      new StatusParticipant(0, directory, postgresStatusTables),
      new SeriesParticipant(0, directory, {
        ...{ tables: postgresSeriesTables, agentNumbers: new AgentNumbers(postgresAgentNumbers(telemetry)) },
        ...{ liveBus: live, nowMs },
      }),
    ];
  }

  /** Loads the shard as a new owner. An owner without further calls has been killed. */
  async function takeOver(): Promise<OwnedShard> {
    const [claim] = await telemetry.query<{ shard: number; epoch: number }>(
      'UPDATE shard SET epoch = epoch + 1 WHERE shard = 0 RETURNING shard, epoch::float8 AS epoch',
    );
    return OwnedShard.load(new PostgresShardStore(telemetry, database.url), claim, participants, () => undefined);
  }

  function follow(owned: OwnedShard, records: readonly Uint8Array[], to: number): void {
    for (let offset = owned.offset + 1; offset <= to; offset++) owned.applyRecord(offset, records[offset]);
  }

  /** Stores the owner's results; with `all` as an owner that stops, so that nothing waits. */
  async function commit(owned: OwnedShard, all = false): Promise<void> {
    await owned.prepareWrites();
    const taken = owned.takeCommit(all);
    if (!taken) return;
    await writer.commit((transaction) => writeCommits(transaction, [taken]));
    owned.afterCommit(taken);
  }

  const committedAhead = (): Promise<{ key: number; position: number }[]> =>
    telemetry.query(`SELECT key::float8 AS key, position::float8 AS position FROM shard_ahead
                     WHERE shard = 0 AND participant = 'series' ORDER BY key`);

  async function position(): Promise<number> {
    const [row] = await telemetry.query<{ position: number }>(
      `SELECT position::float8 AS position FROM shard_position WHERE shard = 0 AND participant = 'series'`,
    );
    return row.position;
  }

  /** Returns the visible results in the generator's notation. */
  async function results(): Promise<string[]> {
    const rows = await telemetry.query<{ line: string }>(
      `SELECT target_key || '/' || agent_id || '/' || (extract(epoch FROM at) * 1000)::bigint AS line FROM probe_result`,
    );
    return rows.map(({ line }) => line).sort();
  }

  const keysOf = (lines: readonly string[]): Set<number> => new Set(lines.map((line) => Number(line.split('/')[0])));

  describe.each([
    ['whose window is open', WINDOW_OPEN_S],
    ['whose window is folded in the meantime', WINDOW_FOLDED_S],
  ])('%s', (_, seconds) => {
    const log = generateLog({ seed: SEED, targetKeys: TARGETS, seconds, shard: 0 });
    const end = log.records.length - 1;
    const offsetAt = (second: number): number => offsetOfTick(log.records, START_MS + second * 1_000);

    /** Simulates an owner that is killed after applying 25 s of the log, with only the watched results stored. */
    async function killedWhileOthersWait(): Promise<void> {
      const owned = await takeOver();
      for (const second of [0, 12, 25]) {
        follow(owned, log.records, offsetAt(second));
        await commit(owned);
      }
    }

    it('are written without advancing the position', async () => {
      await killedWhileOthersWait();
      expect(await position()).toBe(offsetAt(0));
      expect(await committedAhead()).toEqual(WATCHED.map((key) => ({ key, position: offsetAt(25) })));
      expect(keysOf(await results())).toEqual(new Set(WATCHED));
    });

    it('are stored once after a takeover, and the rows are removed when the position advances', async () => {
      await killedWhileOthersWait();
      const before = await results();
      const owned = await takeOver();
      follow(owned, log.records, offsetAt(24));
      await commit(owned);
      expect(owned.isCaughtUp).toBe(false);
      expect(await results()).toEqual(before);
      follow(owned, log.records, end);
      expect(await committedAhead()).toHaveLength(WATCHED.length);
      await commit(owned, true);
      expect(await position()).toBe(end);
      expect(await committedAhead()).toEqual([]);
      expect(await results()).toEqual([...log.results].sort());
    });

    it('are stored once when that owner stops before it has reached them', async () => {
      await killedWhileOthersWait();
      const stopping = await takeOver();
      follow(stopping, log.records, offsetAt(18));
      await commit(stopping, true);
      expect(await position()).toBe(offsetAt(18));
      expect(await committedAhead()).toEqual(WATCHED.map((key) => ({ key, position: offsetAt(25) })));
      const owned = await takeOver();
      follow(owned, log.records, end);
      await commit(owned, true);
      expect(await committedAhead()).toEqual([]);
      expect(await results()).toEqual([...log.results].sort());
    });
  });
});

function offsetOfTick(records: readonly Uint8Array[], atMs: number): number {
  return records.findIndex((value) => {
    const decoded = decodeShardRecord(value);
    return decoded.ok && decoded.record.kind === 'tick' && decoded.record.atMs === atMs;
  });
}
