import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import type { LogReader, LogRecord } from './log-reader';
import { Messaging } from './messaging';
import { removeTopics } from './remove-topics';

const TOPIC = 'internal.shard';

describe('a log reader', () => {
  const prefix = testTopicPrefix();
  let messaging: Messaging;
  const readers: LogReader[] = [];

  beforeAll(async () => {
    messaging = new Messaging({ brokers: testServices().kafkaBrokers, topicPrefix: prefix, clientId: 'test' });
    await messaging.ensureTopics({ shardCount: 8 });
  });

  afterAll(async () => {
    await messaging.close();
    await removeTopics(testServices().kafkaBrokers, prefix);
  });

  async function open(): Promise<LogReader> {
    const reader = await messaging.openLog(TOPIC);
    readers.push(reader);
    return reader;
  }

  const append = (partition: number, texts: string[]): Promise<void> =>
    messaging.send(
      TOPIC,
      texts.map((text) => ({ key: null, value: Buffer.from(text), partition })),
    );

  const collect =
    (into: LogRecord[]) =>
    (records: LogRecord[]): Promise<void> => {
      into.push(...records);
      return Promise.resolve();
    };

  it('hands over each record of a partition once and in order, from any offset', async () => {
    await append(0, ['a', 'b', 'c', 'd']);
    const reader = await open();
    expect(reader.partitionCount).toBe(8);
    expect(await reader.bounds(0)).toEqual({ low: 0, high: 4 });
    const seen: LogRecord[] = [];
    await reader.follow(0, 2, collect(seen));
    await eventually(() => expect(seen).toHaveLength(2));
    await append(0, ['e']);
    await eventually(() => expect(seen).toHaveLength(3));
    expect(seen.map(({ offset, value }) => [offset, value.toString()])).toEqual([
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ]);
    await reader.close();
  });
});
