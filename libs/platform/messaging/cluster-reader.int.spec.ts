import { testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterReader } from './cluster-reader';
import { createKafka } from './kafka-client';
import { Messaging } from './messaging';
import { removeTopics } from './testing/test-topics';

describe('ClusterReader', () => {
  const { kafkaBrokers: brokers } = testServices();
  const topicPrefix = testTopicPrefix();
  const topic = `${topicPrefix}.internal.shard`;
  const startedMs = Date.now();
  let messaging: Messaging;
  let reader: ClusterReader;

  beforeAll(async () => {
    messaging = new Messaging({ brokers, topicPrefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: 2 });
    await messaging.sendMessages(
      'internal.shard',
      Array.from({ length: 5 }, (_, index) => ({ key: null, partition: 1, value: Buffer.from(`message ${index}`) })),
    );
    reader = new ClusterReader(createKafka({ brokers, topicPrefix, clientId: 'test' }));
  });

  afterAll(async () => {
    await reader.close();
    await messaging.close();
    await removeTopics(brokers, topicPrefix);
  });

  it('returns the bounds of all partitions of several topics', async () => {
    const bounds = await reader.topicBounds([topic, `${topicPrefix}.public.tiers.v1`]);
    expect(bounds.get(topic)).toEqual(
      new Map([
        [0, { low: 0, high: 0 }],
        [1, { low: 0, high: 5 }],
      ]),
    );
    expect(bounds.get(`${topicPrefix}.public.tiers.v1`)?.size).toBe(4);
  });

  it('returns which partitions have messages since a given time', async () => {
    expect(await reader.hasSince(topic, startedMs - 60_000)).toEqual(
      new Map([
        [0, false],
        [1, true],
      ]),
    );
    expect((await reader.hasSince(topic, Date.now() + 3_600_000)).get(1)).toBe(false);
  });

  it('reads messages at an offset, without a group', async () => {
    const read = async (partition: number, offset: number): Promise<string[]> =>
      (await reader.fetchMessages(topic, partition, offset, 65_536)).map(({ value }) => String(value));
    expect(await read(1, 3)).toEqual(['message 3', 'message 4']);
    expect(await read(0, 0)).toEqual([]);
  });

  it("returns used, free and total bytes of the brokers' log directories", async () => {
    const [dir] = await reader.logDirs();
    expect(dir?.path).toMatch(/^\//);
    expect(dir?.usedBytes).toBeGreaterThan(0);
    expect(dir?.totalBytes).toBeGreaterThan(dir?.freeBytes ?? Infinity);
  });

  it('reports within seconds that Kafka is unavailable', async () => {
    const away = new ClusterReader(createKafka({ brokers: '127.0.0.1:1', topicPrefix, clientId: 'test' }));
    await expect(away.topicBounds([topic])).rejects.toThrow('Kafka does not answer');
    await away.close();
  });
});
