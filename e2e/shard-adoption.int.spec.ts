import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import {
  adoptShard,
  notMeasured,
  PostgresShardStore,
  ShardHost,
  shardPositions,
  type ShardDirectory,
  type ShardParticipant,
  type ShardPosition,
} from '@icmp-mon/shard/engine';
import { eventually, testDatabase, type TestDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { type FeedFact, OUTCOME } from '@icmp-mon/probing/contract';
import {
  encodeBlocksRecord,
  encodeBody,
  encodeFeedRecord,
  encodeTickRecord,
  frameBlock,
  LANE,
  ResultColumnsBuilder,
} from '@icmp-mon/probing/wire';
import {
  AgentNumbers,
  forgetFolded,
  type LiveBus,
  postgresAgentNumbers,
  postgresSeriesTables,
  SeriesParticipant,
} from '@icmp-mon/probing/server';
import { postgresStatusTables, StatusParticipant } from '@icmp-mon/status/server';
import { compress } from '@icmp-mon/platform/zstd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteRecords, removeTopics } from '@icmp-mon/platform/messaging/testing';
import { AGENT_IDS, START_MS, targetIdOf } from '@icmp-mon/shard/engine/testing';

const AGENT = AGENT_IDS[0];
const KEYS = [1, 2, 3, 4];
const INTERVAL_S = 5;

const FACTS: FeedFact[] = [
  {
    ...{ kind: 'policy', tier: 'fast', policyVersion: 1, intervalMs: INTERVAL_S * 1_000, timeoutMs: 1_000 },
    ...{ missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
    checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
  },
  { kind: 'agent', agentId: AGENT, name: 'agent', region: 'r', provider: 'p', state: 'active' },
  ...KEYS.map((key): FeedFact => targetFact(key)),
];

function targetFact(key: number): FeedFact {
  return {
    ...{ kind: 'target', targetKey: key, targetId: targetIdOf(key), ip: `127.0.0.${key}`, vrf: 'default' },
    ...{ tier: 'fast', selected: [AGENT] },
  };
}

/** Generates a tick per second and every target's result per interval, each in its own block. */
function seconds(from: number, to: number, lost: readonly number[], keys: readonly number[] = KEYS): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let second = from; second < to; second++) {
    const nowMs = START_MS + second * 1_000;
    records.push(encodeTickRecord(1, nowMs));
    if (second % INTERVAL_S !== 0) continue;
    const builder = new ResultColumnsBuilder();
    for (const key of keys) {
      const outcome = lost.includes(key) ? OUTCOME.timeout : OUTCOME.reply;
      builder.addResult(key, 1, nowMs - 500, outcome, outcome === OUTCOME.reply ? 1_000 : 0);
    }
    const header = { agentId: AGENT, boot: 1, lane: LANE.live, shard: 0, sequence: second + 1, policyVersion: 1 };
    const block = frameBlock(header, encodeBody(builder.buildColumns(), compress));
    records.push(encodeBlocksRecord([{ receivedAtMs: nowMs, clockOffsetMs: 0, block }]));
  }
  return records;
}

describe('a shard whose log lost unread records', () => {
  const { kafkaBrokers: brokers } = testServices();
  const topicPrefix = testTopicPrefix();
  let database: TestDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;

  beforeAll(async () => {
    database = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: database.url });
    await openTopics();
  });

  afterAll(async () => {
    await messaging.close();
    await telemetry.close();
    await database.dropDatabase();
    await removeTopics(brokers, topicPrefix);
  });

  async function openTopics(): Promise<void> {
    messaging = new Messaging({ brokers, topicPrefix, clientId: 'adoption-test' });
    await messaging.ensureTopics({ shardCount: 1 });
  }

  async function append(records: Uint8Array[]): Promise<void> {
    await messaging.sendMessages(
      SHARD_TOPIC,
      records.map((value) => ({ key: null, value, partition: 0 })),
    );
  }

  function participants(shard: number, directory: () => ShardDirectory): ShardParticipant[] {
    const live: LiveBus = { watchedKeys: () => new Set(), publishMessage: () => undefined };
    return [
      new StatusParticipant(shard, directory, postgresStatusTables),
      new SeriesParticipant(shard, directory, {
        ...{
          tables: postgresSeriesTables,
          agentNumbers: new AgentNumbers(postgresAgentNumbers(telemetry)),
          liveBus: live,
        },
      }),
    ];
  }

  async function withHost<T>(work: (host: ShardHost) => Promise<T>): Promise<T> {
    const host = new ShardHost({
      ...{ store: new PostgresShardStore(telemetry, database.url), shardCount: 1, holder: `test-${Date.now()}` },
      ...{ openLog: () => messaging.openLog(SHARD_TOPIC), participants, logger: createLogger('test') },
    });
    host.start();
    try {
      return await work(host);
    } finally {
      await host.stop();
    }
  }

  /** Runs a projector until everything in the log is stored. */
  const drain = (): Promise<void> =>
    withHost(async () => {
      await eventually(async () => expect((await position()).lag).toBe(0), { withinMs: 60_000 });
    });

  async function position(): Promise<ShardPosition> {
    const readBounds = async () => (await messaging.topicBounds([SHARD_TOPIC])).get(SHARD_TOPIC) ?? new Map();
    const [found] = await shardPositions(telemetry, readBounds);
    return found;
  }

  const changes = (): Promise<{ change_seq: number; target_key: number; to_status: string }[]> =>
    telemetry.query('SELECT change_seq, target_key, to_status FROM status_change ORDER BY change_seq');

  /** Position that live streams read. */
  const fragments = (): Promise<{ highest: number | null }[]> =>
    telemetry.query('SELECT max(position)::float8 AS highest FROM probe_recent');

  const results = (): Promise<{ line: string }[]> =>
    telemetry.query(`SELECT target_key || ' ' || at || ' ' || outcome AS line FROM probe_result ORDER BY 1`);

  const adopt = async (
    newLog: boolean,
    facts: FeedFact[] = FACTS,
    more: { low?: number; fresh?: boolean } = {},
  ): ReturnType<typeof adoptShard> => {
    if (newLog) await forgetFolded(telemetry, 0);
    return adoptShard({
      ...{ telemetryUrl: database.url, shard: 0, low: (await position()).log.low, newLog, participants },
      logFrom: new Date(START_MS + 4_000_000),
      feed: { facts, feedPosition: FACTS.length },
      ...more,
    });
  };

  it('continues after the topic was recreated: no false status, no number reused, the gap recorded', async () => {
    await append(FACTS.map((fact, at) => encodeFeedRecord(at + 1, fact)));
    await append(seconds(0, 700, []));
    await append(seconds(700, 730, [2]));
    await drain();
    const changesBefore = await changes();
    const resultsBefore = await results();
    expect(changesBefore.at(-1)).toMatchObject({ target_key: 2, to_status: 'down' });
    expect(resultsBefore).toHaveLength((730 / INTERVAL_S) * KEYS.length);
    await messaging.close();
    await removeTopics(brokers, topicPrefix);
    await openTopics();
    // Target 4 was removed and 5 registered while the log was unavailable.
    const facts = [...FACTS.filter((fact) => fact.kind !== 'target' || fact.targetKey !== 4), targetFact(5)];
    await append(seconds(4_000, 4_060, [2], [1, 2, 3, 5]));
    expect(await position()).toMatchObject({ state: 'past' });
    const [{ stored: lastStored }, [{ highest }]] = [await position(), await fragments()];
    expect(highest).toBeGreaterThan(100);
    await telemetry.execute(`INSERT INTO shard_ahead (shard, participant, key, position) VALUES (0, 'series', 1, $1)`, [
      lastStored,
    ]);
    await withHost(async (host) => {
      await eventually(() => expect(host.readiness().detail).toMatch(/recreated.*shards adopt/s));
      const { notMeasured: gap } = await adopt(true, facts);
      expect(gap).toEqual({ from: new Date(START_MS + 729_000), to: new Date(START_MS + 4_000_000) });
      // Neither hides records of the new log.
      expect(await telemetry.query('SELECT 1 FROM shard_ahead')).toEqual([]);
      await eventually(async () => expect((await position()).lag).toBe(0), { withinMs: 60_000 });
    });
    const [{ highest: afterwards }] = await fragments();
    expect(afterwards).toBeLessThan((await position()).log.high);
    const fresh = (await changes()).slice(changesBefore.length);
    expect(fresh.filter(({ target_key }) => target_key <= 3)).toEqual([]);
    expect(fresh.map(({ target_key, to_status }) => `${target_key} ${to_status}`)).toEqual([
      '4 unknown',
      '5 unknown',
      '5 up',
    ]);
    const numbers = (await changes()).map(({ change_seq }) => change_seq);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    const resultsAfter = (await results()).map(({ line }) => line);
    expect(resultsAfter).toHaveLength(resultsBefore.length + (60 / INTERVAL_S) * 4);
    expect(new Set(resultsAfter).size).toBe(resultsAfter.length);
    const from = new Date(START_MS);
    expect(await notMeasured(telemetry, { from, to: new Date() })).toMatchObject([{ shard: 0 }]);
    expect(await notMeasured(telemetry, { from, to: new Date(START_MS + 1_000) })).toEqual([]);
  });

  it('continues from an old checkpoint without its records, with the changes stored since', async () => {
    const [old] = await telemetry.query('SELECT checkpoint, checkpoint_position FROM shard');
    await append(seconds(4_060, 4_800, [1, 2], [1, 2, 3, 5]));
    await drain();
    const [before, resultsBefore] = [await changes(), await results()];
    const stored = await position();
    expect(before.at(-1)).toMatchObject({ target_key: 1, to_status: 'down' });
    await telemetry.execute('UPDATE shard SET checkpoint = $1, checkpoint_position = $2', [
      old['checkpoint'],
      old['checkpoint_position'],
    ]);
    await deleteRecords(brokers, messaging.topic(SHARD_TOPIC), 0, stored.stored - 20);
    expect(await position()).toMatchObject({ state: 'before' });
    expect(
      await adopt(false, [...FACTS.filter((fact) => fact.kind !== 'target' || fact.targetKey !== 4), targetFact(5)]),
    ).toEqual({
      notMeasured: null,
    });
    await append(seconds(4_800, 4_860, [1, 2], [1, 2, 3, 5]));
    await drain();
    expect(await changes()).toEqual(before);
    const after = (await results()).map(({ line }) => line);
    expect(after).toHaveLength(resultsBefore.length + (60 / INTERVAL_S) * 4);
    expect(new Set(after).size).toBe(after.length);
  });

  it('starts without an unreadable checkpoint', async () => {
    const [before, resultsBefore] = [await changes(), await results()];
    await telemetry.execute('UPDATE shard SET checkpoint = $1', [compress(Buffer.from('of another layout'))]);
    await append(seconds(4_860, 4_920, [1, 2], [1, 2, 3, 5]));
    await withHost(async (host) => {
      await eventually(() =>
        expect(host.readiness().detail).toMatch(/cannot be read.*adopt --shard <number> --fresh/s),
      );
      const { stored } = await position();
      const facts = [...FACTS.filter((fact) => fact.kind !== 'target' || fact.targetKey !== 4), targetFact(5)];
      expect(await adopt(false, facts, { low: stored + 1, fresh: true })).toEqual({ notMeasured: null });
      await eventually(async () => expect((await position()).lag).toBe(0), { withinMs: 60_000 });
    });
    expect(await changes()).toEqual(before);
    const after = (await results()).map(({ line }) => line);
    expect(after).toHaveLength(resultsBefore.length + (60 / INTERVAL_S) * 4);
    expect(new Set(after).size).toBe(after.length);
  });
});
