import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { type TestDatabase, eventually, testDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { cloudEvent, readCloudEvent } from './cloud-event';
import type { GroupConsumer } from './group-consumer';
import type { OutgoingMessage, ReceivedMessage } from './message';
import { Messaging } from './messaging';
import { PoisonError, RetriableError } from './messaging-errors';
import { removeTopics } from './testing/test-topics';
import { TestSockets } from './testing/test-sockets';

const TOPIC = 'public.targets.v1';
const PROBED = 'icmpmon.target.probed.v1';

type Handle = (message: ReceivedMessage, id: string, sql: Sql) => void | Promise<void>;

describe('a consumer group', () => {
  const prefix = testTopicPrefix();
  const consumers: GroupConsumer[] = [];
  const others: Messaging[] = [];
  const sockets = new TestSockets();
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let messaging: Messaging;
  let groups = 0;
  let position = 0;

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    await database.execute(
      'CREATE TABLE effect (group_id text, event_id text, ordinal bigserial, UNIQUE (group_id, event_id))',
    );
    await sockets.start();
    messaging = newMessaging();
    await messaging.ensureTopics({ shardCount: 2 });
  });

  afterEach(async () => {
    sockets.mode = 'open';
    await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
    await Promise.all(others.splice(0).map((other) => other.close()));
  });

  afterAll(async () => {
    await messaging.close();
    sockets.close();
    await removeTopics(testServices().kafkaBrokers, prefix);
    await database.close();
    await testDb.dropDatabase();
  });

  function newMessaging(disconnectable = false): Messaging {
    const options = { brokers: testServices().kafkaBrokers, topicPrefix: prefix, clientId: 'test' };
    return new Messaging(disconnectable ? { ...options, socketFactory: sockets.factory } : options);
  }

  function otherMessaging(disconnectable = false): Messaging {
    const other = newMessaging(disconnectable);
    others.push(other);
    return other;
  }

  const newGroup = (): string => `group-${++groups}`;

  interface Consume {
    by?: Messaging;
    topic?: string;
  }

  async function consume(
    group: string,
    handle?: Handle,
    { by = messaging, topic = TOPIC }: Consume = {},
  ): Promise<GroupConsumer> {
    const consumer = await by.consumeGroup({
      group,
      topics: [topic],
      database,
      batchMax: 10,
      handle: async (sql, messages) => {
        for (const message of messages) {
          const event = readCloudEvent(message);
          if (event.type !== PROBED) continue;
          await handle?.(message, event.id, sql);
          await sql.execute('INSERT INTO effect (group_id, event_id) VALUES ($1, $2)', [group, event.id]);
        }
      },
    });
    consumers.push(consumer);
    return consumer;
  }

  /** Returns the group's effects of events named `<name>-<n>`, in the order of their commits. */
  async function effects(group: string, name: string): Promise<string[]> {
    const rows = await database.query<{ event_id: string }>(
      'SELECT event_id FROM effect WHERE group_id = $1 AND event_id LIKE $2 ORDER BY ordinal',
      [group, `${name}-%`],
    );
    return rows.map(({ event_id }) => event_id);
  }

  const event = (id: string, key = id): OutgoingMessage =>
    cloudEvent({ id, type: PROBED, time: '2026-11-22T12:00:00Z', data: { id }, key, position: ++position });
  const named = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name}-${at}`);

  async function deadLettersOf(group: string, topic = TOPIC): Promise<ReceivedMessage[]> {
    const letters: ReceivedMessage[] = [];
    const reader = await messaging.consumeGroup({
      group: newGroup(),
      topics: [`${topic}.dlq`],
      database,
      handle: (_sql, messages) => {
        letters.push(...messages.filter(({ headers }) => headers['origin-group'] === group));
        return Promise.resolve();
      },
    });
    consumers.push(reader);
    return letters;
  }

  it('commits the effect of each message once, across restarts', async () => {
    const group = newGroup();
    const ids = named('once', 100);
    const first = await consume(group);
    await messaging.sendMessages(
      TOPIC,
      ids.slice(0, 50).map((id) => event(id)),
    );
    await eventually(async () => expect(await effects(group, 'once')).toHaveLength(50));
    await first.stop();
    await messaging.sendMessages(
      TOPIC,
      ids.slice(50).map((id) => event(id)),
    );
    await consume(group);
    await eventually(async () => expect((await effects(group, 'once')).sort()).toEqual([...ids].sort()));
  });

  it('drops events that the relay repeats, and keeps the order per key', async () => {
    const group = newGroup();
    const ids = named('repeat', 30);
    const messages = ids.map((id) => event(id, 'repeat-key'));
    await consume(group);
    await messaging.sendMessages(TOPIC, messages.slice(0, 20));
    await messaging.sendMessages(TOPIC, messages.slice(10, 25));
    await messaging.sendMessages(TOPIC, messages);
    await eventually(async () => expect(await effects(group, 'repeat')).toEqual(ids));
  });

  it('retries the same batch while a dependency is unavailable, and loses nothing', async () => {
    const group = newGroup();
    let failures = 3;
    await consume(group, (_message, id) => {
      if (id === 'away-5' && failures-- > 0) throw new RetriableError('not now');
    });
    const ids = named('away', 12);
    await messaging.sendMessages(
      TOPIC,
      ids.map((id) => event(id, 'away-key')),
    );
    await eventually(async () => expect(await effects(group, 'away')).toEqual(ids));
    expect(failures).toBeLessThan(0);
  });

  it('retries instead of dead-lettering when the database itself has a problem', async () => {
    const group = newGroup();
    let tries = 0;
    await consume(group, async (_message, id, sql) => {
      if (id !== 'trouble-0') return;
      tries += 1;
      await sql.execute('INSERT INTO made_later SELECT 1');
    });
    const letters = await deadLettersOf(group);
    await messaging.sendMessages(TOPIC, [event('trouble-0')]);
    await eventually(() => expect(tries).toBeGreaterThan(4));
    await database.execute('CREATE TABLE made_later (n int)');
    await eventually(async () => expect(await effects(group, 'trouble')).toEqual(['trouble-0']));
    expect(letters).toEqual([]);
  });

  it('dead-letters poison messages with origin and cause, and continues', async () => {
    const group = newGroup();
    const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    const headers = event('x').headers ?? {};
    const removed = { ...headers, ce_type: 'icmpmon.target.removed.v1' };
    const poison: [cause: RegExp, message: OutgoingMessage][] = [
      [/not JSON/, { key: 'p', value: Buffer.from('{"half":'), headers }],
      [/not JSON/, { key: 'p', value: Buffer.alloc(0), headers }],
      [/ce_id is missing/, { key: 'p', value: Buffer.from('{}') }],
      [
        /ce_type is not an ICMP-Mon/,
        { key: 'p', value: Buffer.from('{}'), headers: { ...headers, ce_type: 'nonsense' } },
      ],
      [
        /targetId/,
        { key: 'p', value: Buffer.from('{"targetId":5,"key":1,"ip":"127.0.0.1","vrf":"default"}'), headers: removed },
      ],
      [/must have required property/, { key: null, value: Buffer.from(deep), headers: removed }],
      [/not a JSON object/, { key: null, value: Buffer.from('[1]'), headers }],
      [/ce_position/, { key: 'p', value: Buffer.from('{}'), headers: { ...headers, ce_position: '-1' } }],
      [/content-type/, { key: 'p', value: Buffer.from('<a/>'), headers: { ...headers, 'content-type': 'text/xml' } }],
    ];
    for (const [, message] of poison) delete message.headers?.['ce_position'];
    poison[7]![1].headers = { ...headers, ce_position: '-1' };
    const letters = await deadLettersOf(group, 'public.tiers.v1');
    await consume(group, undefined, { topic: 'public.tiers.v1' });
    await messaging.sendMessages('public.tiers.v1', [
      event('sound-0', 'p'),
      ...poison.map(([, message]) => message),
      event('sound-1', 'p'),
    ]);
    await eventually(async () => expect(await effects(group, 'sound')).toEqual(['sound-0', 'sound-1']));
    await eventually(() => expect(letters).toHaveLength(poison.length));
    for (const [cause, message] of poison) {
      const letter = letters.find(
        ({ value, headers: found }) =>
          cause.test(found['cause'] ?? '') && value?.equals(message.value ?? Buffer.alloc(0)),
      );
      expect(letter, String(cause)).toBeDefined();
      expect(letter?.key).toBe(message.key);
      expect(letter?.headers).toMatchObject({ 'origin-topic': 'public.tiers.v1', 'origin-group': group });
    }
  });

  it('dead-letters a single message that keeps failing for an unknown reason', async () => {
    const group = newGroup();
    const letters = await deadLettersOf(group, 'public.agents.v1');
    await consume(
      group,
      (_message, id) => {
        if (id === 'odd-3') throw new TypeError('cannot read properties of undefined');
      },
      { topic: 'public.agents.v1' },
    );
    await messaging.sendMessages(
      'public.agents.v1',
      named('odd', 6).map((id) => event(id, 'odd-key')),
    );
    await eventually(async () =>
      expect(await effects(group, 'odd')).toEqual(['odd-0', 'odd-1', 'odd-2', 'odd-4', 'odd-5']),
    );
    await eventually(() => expect(letters).toHaveLength(1));
    expect(letters[0]?.headers['cause']).toBe('TypeError: cannot read properties of undefined');
  });

  it('replays dead letters to the group that could not handle them, and to no other', async () => {
    const group = newGroup();
    const bystander = newGroup();
    let isMended = false;
    await consume(
      group,
      (_message, id) => {
        if (id === 'replay-1' && !isMended) throw new PoisonError('not yet understood');
      },
      { topic: 'internal.agent-telemetry' },
    );
    await consume(bystander, undefined, { topic: 'internal.agent-telemetry' });
    await messaging.sendMessages(
      'internal.agent-telemetry',
      named('replay', 3).map((id) => event(id, 'replay-key')),
    );
    await eventually(async () => expect(await effects(group, 'replay')).toEqual(['replay-0', 'replay-2']));
    await eventually(async () => expect(await effects(bystander, 'replay')).toHaveLength(3));
    isMended = true;
    expect(await messaging.replayDeadLetters('internal.agent-telemetry')).toBe(1);
    await eventually(async () => expect(await effects(group, 'replay')).toEqual(['replay-0', 'replay-2', 'replay-1']));
    expect(await effects(bystander, 'replay')).toHaveLength(3);
    expect(await messaging.replayDeadLetters('internal.agent-telemetry')).toBe(0);
  });

  it('writes nothing when another member has moved the offset', async () => {
    const group = newGroup();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered = false;
    await consume(
      group,
      async (_message, id) => {
        if (id !== 'fence-2') return;
        entered = true;
        await held;
      },
      { topic: 'public.target-status.v1' },
    );
    await messaging.sendMessages(
      'public.target-status.v1',
      named('fence', 2).map((id) => event(id, 'fence-key')),
    );
    await eventually(async () => expect(await effects(group, 'fence')).toHaveLength(2));
    // Another owner handles the next messages while this one waits: the transaction that commits second must fail.
    const moved = database.transaction(async (sql) => {
      await sql.execute(
        `UPDATE consumer_offset SET next_offset = next_offset + 3
         WHERE group_id = $1 AND next_offset = (SELECT max(next_offset) FROM consumer_offset WHERE group_id = $1)`,
        [group],
      );
      await messaging.sendMessages(
        'public.target-status.v1',
        named('fence', 5)
          .slice(2)
          .map((id) => event(id, 'fence-key')),
      );
      // The consumer now waits for the row that this transaction has locked.
      await eventually(async () => {
        const waiting = await database.query("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'");
        expect(waiting.length).toBeGreaterThan(0);
      });
    });
    await moved;
    release();
    await messaging.sendMessages('public.target-status.v1', [event('fence-9', 'fence-key')]);
    await eventually(async () => expect(await effects(group, 'fence')).toEqual(['fence-0', 'fence-1', 'fence-9']));
    expect(entered).toBe(false);
  });

  it('distributes partitions among members, and reassigns them when one leaves', async () => {
    const group = newGroup();
    const first = await consume(group, undefined, { by: otherMessaging() });
    await consume(group, undefined, { by: otherMessaging() });
    const ids = named('shared', 200);
    await messaging.sendMessages(
      TOPIC,
      ids.slice(0, 100).map((id) => event(id)),
    );
    await eventually(async () => expect(await effects(group, 'shared')).toHaveLength(100));
    await messaging.sendMessages(
      TOPIC,
      ids.slice(100, 150).map((id) => event(id)),
    );
    await first.stop();
    await messaging.sendMessages(
      TOPIC,
      ids.slice(150).map((id) => event(id)),
    );
    await eventually(async () => expect((await effects(group, 'shared')).sort()).toEqual([...ids].sort()));
  });

  it('continues after its connections were repeatedly cut', async () => {
    const group = newGroup();
    await consume(group, undefined, { by: otherMessaging(true) });
    const ids = named('disconnected', 200);
    for (let at = 0; at < 200; at += 20) {
      await messaging.sendMessages(
        TOPIC,
        ids.slice(at, at + 20).map((id) => event(id)),
      );
      if (at % 40 === 0) sockets.disconnectAll();
      if (at === 100) sockets.mode = 'refused';
      if (at === 140) sockets.mode = 'open';
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await eventually(async () => expect((await effects(group, 'disconnected')).sort()).toEqual([...ids].sort()), {
      withinMs: 60_000,
    });
  });

  it('starts while Kafka is unavailable and consumes once it is available', async () => {
    const group = newGroup();
    sockets.mode = 'refused';
    const consumer = await consume(group, undefined, { by: otherMessaging(true) });
    expect(consumer.trouble).not.toBeNull();
    await messaging.sendMessages(TOPIC, [event('late-0')]);
    sockets.mode = 'open';
    await eventually(async () => expect(await effects(group, 'late')).toEqual(['late-0']), { withinMs: 60_000 });
    expect(consumer.trouble).toBeNull();
  });

  it('refuses an offset past the end of the log and reports what to do', async () => {
    const group = newGroup();
    for (let partition = 0; partition < 4; partition++) {
      await database.execute(
        'INSERT INTO consumer_offset (group_id, topic, partition, next_offset) VALUES ($1, $2, $3, 99999)',
        [group, messaging.topic(TOPIC), partition],
      );
    }
    const consumer = await consume(group);
    await eventually(() => expect(consumer.trouble).toMatch(/recreated.*consumer_offset/s));
  });

  it('dead-letters a message whose value the database rejects as soon as bisection has isolated it', async () => {
    const group = newGroup();
    const topic = 'public.target-status.v1';
    const letters = await deadLettersOf(group, topic);
    const batches: string[][] = [];
    const ids = named('refused', 64);
    const bad = new Set(['refused-20', 'refused-41']);
    const held = Promise.withResolvers<void>();
    const consumer = await messaging.consumeGroup({
      group,
      topics: [topic],
      database,
      handle: async (sql, messages) => {
        // The first batch waits until all messages have arrived, so that the rest forms one batch.
        await held.promise;
        const events = messages.map((message) => readCloudEvent(message).id).filter((id) => id.startsWith('refused-'));
        batches.push(events);
        for (const id of events) {
          await sql.execute('INSERT INTO effect (group_id, event_id) VALUES ($1, $2)', [
            group,
            bad.has(id) ? 'a\u0000b' : id,
          ]);
        }
      },
    });
    consumers.push(consumer);
    await messaging.sendMessages(
      topic,
      ids.map((id) => event(id, 'refused-key')),
    );
    held.resolve();
    await eventually(async () => expect(await effects(group, 'refused')).toEqual(ids.filter((id) => !bad.has(id))));
    await eventually(() => expect(letters).toHaveLength(bad.size));
    expect(letters[0]?.headers['cause']).toContain('invalid byte sequence');
    for (const id of bad) expect(batches.filter((batch) => batch.length === 1 && batch[0] === id)).toHaveLength(1);
    // Without bisection there would be one transaction per message.
    expect(batches.length).toBeLessThan(ids.length / 2);
  });
});
