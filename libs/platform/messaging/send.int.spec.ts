import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { createKafka } from './kafka-client';
import { Messaging } from './messaging';
import { removeTopics, topicsOf } from './testing/test-topics';
import { TestSockets } from './testing/test-sockets';
import { declaredTopics } from './topics';

const TOPIC = 'public.targets.v1';
const HOUR_MS = 3_600_000;

describe('sending', () => {
  const prefix = testTopicPrefix();
  const otherPrefix = testTopicPrefix();
  const brokers = testServices().kafkaBrokers;
  const sockets = new TestSockets();
  let messaging: Messaging;

  beforeAll(async () => {
    await sockets.start();
    messaging = new Messaging({ brokers, topicPrefix: prefix, clientId: 'test', socketFactory: sockets.factory });
    await messaging.ensureTopics({ shardCount: 3 });
  });

  afterAll(async () => {
    sockets.mode = 'open';
    await messaging.close();
    sockets.close();
    await removeTopics(brokers, prefix);
    await removeTopics(brokers, otherPrefix);
  });

  it('creates the declared topics once, regardless of how many apps do it concurrently', async () => {
    const apps = Array.from(
      { length: 4 },
      () => new Messaging({ brokers, topicPrefix: otherPrefix, clientId: 'test' }),
    );
    await Promise.all(apps.map((app) => app.ensureTopics({ shardCount: 3 })));
    await apps[0]?.ensureTopics({ shardCount: 3 });
    await Promise.all(apps.map((app) => app.close()));
    const found = await topicsOf(brokers, otherPrefix);
    for (const { logical, partitions } of declaredTopics({ shardCount: 3 })) {
      expect(found.get(`${otherPrefix}.${logical}`), logical).toBe(partitions);
    }
  });

  it('refuses a shard count that differs from the partition count of the topic', async () => {
    await expect(messaging.ensureTopics({ shardCount: 4 })).rejects.toThrow(
      /internal\.shard has 3 partitions, expected 4.*ICMPMON_SHARD_COUNT/,
    );
  });

  it('rejects with "invalid" instead of "unavailable" when the brokers reject a message permanently', async () => {
    const send = messaging.sendMessages('public.target-status.v1', [{ key: null, value: Buffer.from('{}') }]);
    await expect(send).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses a message above the size limit of its topic', async () => {
    const value = Buffer.alloc(5 * 1024 * 1024, 120);
    await expect(messaging.sendMessages(TOPIC, [{ key: 'k', value }])).rejects.toMatchObject({ code: 'too_large' });
  });

  it('splits messages that exceed the size limit only together, and keeps their order', async () => {
    const messages = Array.from({ length: 70 }, (_, number) => ({
      key: null,
      value: Buffer.alloc(40 * 1024, number),
      partition: 1,
    }));
    await messaging.sendMessages('internal.shard', messages);
    const numbers: number[] = [];
    while (numbers.length < messages.length) {
      const records = await messaging.readMessages('internal.shard', 1, numbers.length);
      for (const { value } of records) numbers.push(value?.[0] ?? -1);
    }
    expect(numbers).toEqual([...messages.keys()]);
  });

  it('succeeds in a process whose clock is hours ahead or behind, because brokers set the timestamps', async () => {
    const early = Date.now() - 60_000;
    for (const offMs of [3 * HOUR_MS, -3 * HOUR_MS]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
      try {
        await messaging.sendMessages('internal.shard', [{ key: null, value: Buffer.from('dated'), partition: 2 }]);
      } finally {
        vi.useRealTimers();
      }
    }
    const records = await messaging.readMessages('internal.shard', 2, 0);
    expect(records).toHaveLength(2);
    for (const { timestampMs } of records) expect(Math.abs(timestampMs - early)).toBeLessThan(HOUR_MS);
  });

  it('reports a wrong clock on a topic of an earlier release that uses producer timestamps, until the topic is migrated', async () => {
    const kafka = createKafka({ brokers, topicPrefix: prefix, clientId: 'test' });
    const admin = kafka.admin();
    await admin.connect();
    const name = messaging.topic(TOPIC);
    const set = (configEntries: { name: string; value: string }[]): Promise<unknown> =>
      admin.alterConfigs({ resources: [{ type: 2, name, configEntries }], validateOnly: false });
    await set([
      { name: 'message.timestamp.type', value: 'CreateTime' },
      { name: 'retention.ms', value: '123456789' },
    ]);
    const send = async (): Promise<void> => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * HOUR_MS });
      try {
        await messaging.sendMessages(TOPIC, [{ key: 'k', value: Buffer.from('v') }]);
      } finally {
        vi.useRealTimers();
      }
    };
    await eventually(() =>
      expect(send()).rejects.toThrow(/Kafka rejected the timestamp of the record: the clock of this machine is at/),
    );
    await messaging.ensureTopics({ shardCount: 3 });
    await eventually(send);
    const { resources } = await admin.describeConfigs({ resources: [{ type: 2, name }], includeSynonyms: false });
    const retention = resources[0]?.configEntries.find(({ configName }) => configName === 'retention.ms');
    expect(retention?.configValue).toBe('123456789');
    await admin.disconnect();
  });

  it('delivers values that are written directly into the request, with sequential and concurrent sends', async () => {
    const valueOf = (mark: number): Buffer => Buffer.alloc(40_000 + mark * 7_000, mark);
    const send = (mark: number): Promise<void> => {
      const bytes = valueOf(mark);
      const value = { byteLength: bytes.length, writeTo: (into: Uint8Array, at: number) => into.set(bytes, at) };
      const whole = { key: 'whole', value: bytes, headers: { mark: String(mark) }, partition: 1 };
      return messaging.sendMessages('internal.shard', [{ key: null, value, partition: 1 }, whole]);
    };
    const before = (await messaging.topicBounds(['internal.shard'])).get('internal.shard')?.get(1);
    const marks = Array.from({ length: 12 }, (_, at) => at + 1);
    for (const mark of marks.slice(0, 4)) await send(mark);
    await Promise.all(marks.slice(4).map(send));
    const seen: number[] = [];
    const reader = await messaging.openLog('internal.shard');
    await reader.followPartition(1, before?.high ?? 0, (records) => {
      for (const { value } of records) seen.push(value.equals(valueOf(value[0])) ? value[0] : -1);
      return Promise.resolve();
    });
    await eventually(() => expect(seen).toHaveLength(2 * marks.length));
    await reader.close();
    expect([...seen].sort((a, b) => a - b)).toEqual(marks.flatMap((mark) => [mark, mark]));
  });

  it('rejects with "unavailable" while Kafka refuses, resets or never answers, and recovers afterwards', async () => {
    const message = { key: 'k', value: Buffer.from('v') };
    await messaging.sendMessages(TOPIC, [message]);
    for (const mode of ['refused', 'silent'] as const) {
      sockets.mode = mode;
      sockets.disconnectAll();
      await expect(messaging.sendMessages(TOPIC, [message])).rejects.toThrow(DependencyUnavailable);
      expect((await messaging.checkKafka()).ok).toBe(false);
      sockets.mode = 'open';
      sockets.disconnectAll();
      await eventually(() => messaging.sendMessages(TOPIC, [message]), { withinMs: 60_000 });
      await eventually(async () => expect(await messaging.checkKafka()).toMatchObject({ ok: true }), {
        withinMs: 60_000,
      });
    }
  });

  it('delivers all acknowledged messages although connections are reset', async () => {
    const acknowledged: string[] = [];
    for (let at = 0; at < 100; at++) {
      if (at % 10 === 5) sockets.disconnectAll();
      const sent = await messaging
        .sendMessages('internal.shard', [{ key: null, value: Buffer.from(String(at)), partition: 0 }])
        .then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(DependencyUnavailable);
            return false;
          },
        );
      if (sent) acknowledged.push(String(at));
    }
    expect(acknowledged.length).toBeGreaterThan(50);
    const reader = await messaging.openLog('internal.shard');
    const seen = new Set<string>();
    await reader.followPartition(0, 0, (records) => {
      for (const { value } of records) seen.add(value.toString());
      return Promise.resolve();
    });
    await eventually(() => expect(acknowledged.filter((text) => !seen.has(text))).toEqual([]));
    await reader.close();
  });

  it('refuses new sends beyond the limit instead of queueing them', async () => {
    sockets.mode = 'silent';
    sockets.disconnectAll();
    const sends = Array.from({ length: 600 }, () =>
      messaging.sendMessages(TOPIC, [{ key: 'k', value: Buffer.from('v') }]),
    );
    const results = await Promise.allSettled(sends);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    const late = results.at(-1);
    expect(late?.status === 'rejected' && String(late.reason.cause)).toMatch(/too many sends/);
    sockets.mode = 'open';
    sockets.disconnectAll();
  });
});
