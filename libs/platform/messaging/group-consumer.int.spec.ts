import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type TestDatabase, eventually, testDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { cloudEvent, readCloudEvent } from './cloud-event';
import type { GroupConsumer } from './group-consumer';
import type { ReceivedMessage } from './message';
import { Messaging } from './messaging';
import { PoisonError, RetriableError } from './messaging-errors';
import { removeTopics } from './remove-topics';

const TOPIC = 'public.targets.v1';

describe('a consumer group', () => {
  const prefix = testTopicPrefix();
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let messaging: Messaging;
  const consumers: GroupConsumer[] = [];
  let groups = 0;

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    await database.execute('CREATE TABLE effect (group_id text, event_id text, ordinal bigserial, UNIQUE (group_id, event_id))');
    messaging = newMessaging();
    await messaging.ensureTopics({ shardCount: 2 });
  });

  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  });

  afterAll(async () => {
    await messaging.close();
    await removeTopics(testServices().kafkaBrokers, prefix);
    await database.close();
    await testDb.drop();
  });

  function newMessaging(): Messaging {
    return new Messaging({ brokers: testServices().kafkaBrokers, topicPrefix: prefix, clientId: 'test' });
  }

  const newGroup = (): string => `group-${++groups}`;

  async function consume(
    group: string,
    handle?: (message: ReceivedMessage, id: string) => void | Promise<void>,
    by: Messaging = messaging,
  ): Promise<GroupConsumer> {
    const consumer = await by.consumeGroup({
      group,
      topics: [TOPIC],
      database,
      batchMax: 10,
      handle: async (sql, messages) => {
        for (const message of messages) {
          const event = readCloudEvent(message);
          await handle?.(message, event.id);
          await sql.execute('INSERT INTO effect (group_id, event_id) VALUES ($1, $2)', [group, event.id]);
        }
      },
    });
    consumers.push(consumer);
    return consumer;
  }

  async function effects(group: string): Promise<string[]> {
    const rows = await database.query<{ event_id: string }>('SELECT event_id FROM effect WHERE group_id = $1 ORDER BY ordinal', [
      group,
    ]);
    return rows.map(({ event_id }) => event_id);
  }

  let position = 0;
  function events(ids: string[], options: { key?: string; positions?: boolean } = {}): ReturnType<typeof cloudEvent>[] {
    return ids.map((id) =>
      cloudEvent({
        id,
        type: 'icmpmon.target.removed.v1',
        time: '2026-11-22T12:00:00Z',
        data: { id },
        key: options.key ?? id,
        ...(options.positions === false ? {} : { position: ++position }),
      }),
    );
  }

  const named = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name}-${at}`);
  const of = (all: string[], name: string): string[] => all.filter((id) => id.startsWith(`${name}-`));

  it('commits the effect of each message once, over restarts', async () => {
    const group = newGroup();
    const ids = named('once', 100);
    const first = await consume(group);
    await messaging.send(TOPIC, events(ids.slice(0, 50)));
    await eventually(async () => expect(of(await effects(group), 'once')).toHaveLength(50));
    await first.stop();
    await messaging.send(TOPIC, events(ids.slice(50)));
    await consume(group);
    await eventually(async () => expect(of(await effects(group), 'once')).toHaveLength(100));
    expect(of(await effects(group), 'once').sort()).toEqual([...ids].sort());
  });
});
