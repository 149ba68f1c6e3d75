import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import type { LogReader, LogRecord } from './log-reader';
import { Messaging } from './messaging';
import { LogOffsetOutOfBounds } from './messaging-errors';
import { deleteRecords, removeTopics } from './testing/test-topics';
import { TestSockets } from './testing/test-sockets';

const TOPIC = 'internal.shard';

describe('a log reader', () => {
  const prefix = testTopicPrefix();
  const brokers = testServices().kafkaBrokers;
  const sockets = new TestSockets();
  const readers: LogReader[] = [];
  let messaging: Messaging;
  let disconnectable: Messaging;

  beforeAll(async () => {
    await sockets.start();
    messaging = new Messaging({ brokers, topicPrefix: prefix, clientId: 'test' });
    disconnectable = new Messaging({ brokers, topicPrefix: prefix, clientId: 'test', socketFactory: sockets.factory });
    await messaging.ensureTopics({ shardCount: 8 });
  });

  afterEach(async () => {
    sockets.mode = 'open';
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  });

  afterAll(async () => {
    await Promise.all([messaging.close(), disconnectable.close()]);
    sockets.close();
    await removeTopics(brokers, prefix);
  });

  async function open(by: Messaging = messaging): Promise<LogReader> {
    const reader = await by.openLog(TOPIC);
    readers.push(reader);
    return reader;
  }

  const append = (partition: number, texts: string[]): Promise<void> =>
    messaging.sendMessages(
      TOPIC,
      texts.map((text) => ({ key: null, value: Buffer.from(text), partition })),
    );

  const collect =
    (into: LogRecord[]) =>
    (records: LogRecord[]): Promise<void> => {
      into.push(...records);
      return Promise.resolve();
    };

  const offsets = (records: LogRecord[]): number[] => records.map(({ offset }) => offset);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

  it('delivers each record of a partition once and in order, from any offset', async () => {
    await append(0, ['a', 'b', 'c', 'd']);
    const reader = await open();
    expect(reader.partitionCount).toBe(8);
    expect(await reader.logBounds(0)).toEqual({ low: 0, high: 4 });
    const seen: LogRecord[] = [];
    await reader.followPartition(0, 2, collect(seen));
    await eventually(() => expect(seen).toHaveLength(2));
    await append(0, ['e']);
    await eventually(() => expect(seen).toHaveLength(3));
    expect(seen.map(({ offset, value }) => [offset, value.toString()])).toEqual([
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ]);
    expect(seen[0]?.timestampMs).toBeGreaterThan(1_700_000_000_000);
  });

  it('follows a partition again from another offset, without skipping records', async () => {
    await append(1, range(0, 300).map(String));
    const reader = await open();
    for (let round = 0; round < 5; round++) {
      const seen: LogRecord[] = [];
      await reader.followPartition(1, round * 10, collect(seen));
      await eventually(() => expect(seen.length).toBeGreaterThan(0));
      if (round === 4) await eventually(() => expect(seen).toHaveLength(300 - round * 10));
      await reader.unfollowPartition(1);
      const count = seen.length;
      expect(offsets(seen)).toEqual(range(round * 10, round * 10 + count));
      await append(1, []);
      expect(seen).toHaveLength(count);
    }
  });

  it('refuses an offset outside the log, and following a partition twice', async () => {
    const { high } = await (await open()).logBounds(2);
    const reader = await open();
    await expect(reader.followPartition(2, high + 1, collect([]))).rejects.toThrow(LogOffsetOutOfBounds);
    await reader.followPartition(2, high, collect([]));
    await expect(reader.followPartition(2, high, collect([]))).rejects.toThrow(/already being read/);
  });

  it('does not delay other partitions while one is busy, and limits the records it queues', async () => {
    const large = 'x'.repeat(500_000);
    for (let at = 0; at < 40; at++) await append(3, [large]);
    const reader = await open();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const busy: LogRecord[] = [];
    const free: LogRecord[] = [];
    await reader.followPartition(3, 0, async (records) => {
      await held;
      busy.push(...records);
    });
    await reader.followPartition(4, 0, collect(free));
    for (let at = 0; at < 20; at++) {
      await append(4, [String(at)]);
      await eventually(() => expect(free).toHaveLength(at + 1));
    }
    expect(busy).toEqual([]);
    release();
    await eventually(() => expect(offsets(busy)).toEqual(range(0, 40)));
  });

  it('stops following and calls onFailed once when the handler fails or retention overtakes the reader', async () => {
    await append(5, range(0, 10).map(String));
    const reader = await open();
    const failures: unknown[] = [];
    await reader.followPartition(
      5,
      0,
      () => Promise.reject(new Error('no room')),
      (error) => failures.push(error),
    );
    await eventually(() => expect(failures).toHaveLength(1));
    await append(5, ['more']);
    await reader.unfollowPartition(5);

    const large = 'x'.repeat(500_000);
    for (let at = 0; at < 60; at++) await append(5, [large]);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered = false;
    await reader.followPartition(
      5,
      0,
      async () => {
        entered = true;
        await held;
      },
      (error) => failures.push(error),
    );
    await eventually(() => expect(entered).toBe(true));
    await deleteRecords(brokers, messaging.topic(TOPIC), 5, 70);
    release();
    await eventually(() => expect(failures).toHaveLength(2));
    expect(failures[1]).toBeInstanceOf(LogOffsetOutOfBounds);
    await expect(reader.followPartition(5, 3, collect([]))).rejects.toThrow(/deleted by retention/);
  });

  it('neither skips nor repeats records while its connections are cut', async () => {
    const reader = await open(disconnectable);
    const seen: LogRecord[][] = [[], []];
    await reader.followPartition(6, 0, collect(seen[0]!));
    await reader.followPartition(7, 0, collect(seen[1]!));
    for (let at = 0; at < 40; at++) {
      await Promise.all([append(6, range(0, 25).map(String)), append(7, range(0, 25).map(String))]);
      if (at % 8 === 3) sockets.disconnectAll();
      if (at === 20) sockets.mode = 'refused';
      if (at === 28) sockets.mode = 'open';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await eventually(() => expect(seen.map((records) => records.length)).toEqual([1000, 1000]), { withinMs: 60_000 });
    for (const records of seen) expect(offsets(records)).toEqual(range(0, 1000));
  });
});
