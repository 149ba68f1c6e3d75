import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { EventStore, type RecordedEvent } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, cloudEventType, Messaging } from '@icmp-mon/platform/messaging';
import { testDatabase, type TestDatabases, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { CHECK_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { projectStatuses } from '@icmp-mon/status/server';
import { register, TARGET } from '@icmp-mon/targets/server';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { defineBuiltIn, TIER } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugContexts } from './contexts';
import { refillTopics } from './refill-topics';
import { storeChange } from './status-changes.test-data';

const metadata = { actor: 'test', causationId: null, correlationId: newId() };

describe('public topics that lost messages', () => {
  const { kafkaBrokers: brokers } = testServices();
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  const tiers: RecordedEvent[] = [];
  const targets: RecordedEvent[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    messaging = new Messaging({ brokers, topicPrefix: testTopicPrefix(), clientId: 'refill-test' });
    await messaging.ensureTopics({ shardCount: 1 });
    const store = new EventStore(control);
    for (const [name, policy] of Object.entries(BUILT_IN_TIERS)) {
      const { events } = await store.execute(TIER, name, (state) => defineBuiltIn(state, name, policy), { metadata });
      tiers.push(...events);
    }
    for (let key = 1; key <= 4; key++) {
      const targetId = newId();
      const target = { targetId, key, ip: `10.0.0.${key}`, vrf: 'default', name: null, tags: {}, tier: 'fast' };
      const { events } = await store.execute(TARGET, targetId, (state) => register(state, target), { metadata });
      targets.push(...events);
    }
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0)');
    await control.execute(`INSERT INTO relay_cursor (name, position) VALUES ('kafka', 0)`);
  });

  afterAll(async () => {
    await messaging?.close();
    await control?.close();
    await telemetry?.close();
    await databases?.dropDatabases();
  });

  const publish = (topic: string, events: readonly RecordedEvent[]): Promise<void> =>
    messaging.sendMessages(
      topic,
      events.map(({ id, stream, type, data, occurredAt, position }) => {
        const [category = '', ...key] = stream.split('-');
        const of = { id, data, position, time: occurredAt, key: key.join('-') };
        return cloudEvent({ ...of, type: cloudEventType(category, type) });
      }),
    );
  const relayedUpTo = (position: number): Promise<number> =>
    control.execute('UPDATE relay_cursor SET position = $1', [position]);
  /** Output of a refill, and the position from which the relay then publishes. */
  async function refill(): Promise<{ said: string[]; cursor: number }> {
    said.length = 0;
    const contexts = plugContexts({ control, telemetry, messaging, config: { shardCount: 1 } });
    await refillTopics({ control, telemetry, messaging, contexts, printLine: (line) => said.push(line) });
    const [row] = await control.query<{ position: number }>('SELECT position FROM relay_cursor');
    return { said: [...said], cursor: row?.position ?? -1 };
  }

  it('receive their events from the first missing one, even after later ones were relayed', async () => {
    const [first, second, third, last] = targets;
    await publish('public.tiers.v1', tiers);
    await publish('public.targets.v1', [third!]);
    await relayedUpTo(third!.position);
    expect(await refill()).toEqual({
      said: [`the relay publishes all events from position ${first!.position} again`],
      cursor: first!.position - 1,
    });
    await publish('public.targets.v1', [first!, second!, third!]);
    await relayedUpTo(third!.position);
    // The last event is not relayed yet, so it is not lost.
    expect(await refill()).toEqual({ said: [], cursor: third!.position });
    await relayedUpTo(last!.position);
    expect((await refill()).cursor).toBe(last!.position - 1);
  });

  it('receive the latest statuses when a published one is missing', async () => {
    const changes = targets.map(({ data }, at) => ({ ...(data as { targetId: string; key: number }), seq: at + 1 }));
    for (const { targetId, key, seq } of changes) {
      const row = await storeChange(telemetry, { shard: 0, seq, key, targetId, to: 'up', removed: false });
      await projectStatuses(telemetry, 0, [row]);
    }
    expect((await refill()).said).toEqual([]);
    await telemetry.execute('INSERT INTO status_publication (shard, published_seq) VALUES (0, 3)');
    expect((await refill()).said).toEqual(['published the latest status of 4 targets again']);
    expect((await refill()).said).toEqual([]);
  });

  it('receive the latest status of each check when a published one is missing', async () => {
    const [kept, deleted] = targets.map(({ data }) => data as { targetId: string; key: number });
    for (const [at, { targetId, key }] of [kept, deleted].entries()) {
      const seq = at + 2;
      await telemetry.execute(
        `INSERT INTO check_status (shard, target_key, check_no, target_id, ip, vrf, tier, type, port, change_seq, status, reason, since, chain,
                                   entries, hash, open_entry)
         VALUES (0, $1, 2, $2, '10.0.0.1', 'default', 'fast', 'tcp_connect', 23, $3, 'as_expected', 'closed', now(), 1, 4, repeat('a', 64), '{}')`,
        [key, targetId, seq],
      );
    }
    await telemetry.execute(
      `INSERT INTO check_change (shard, change_seq, target_key, target_id, ip, vrf, tier, check_no, type, port, from_status, to_status, reason, at,
                                 chain, entry, hash, position)
       SELECT shard, change_seq, target_key, target_id, ip, vrf, tier, check_no, type, port, 'untested', status, reason, since, chain, 3, hash, 1
       FROM check_status WHERE target_key = $1`,
      [kept.key],
    );
    expect((await refill()).said).toEqual([]);
    await telemetry.execute('INSERT INTO check_publication (shard, published_seq) VALUES (0, 3)');
    expect((await refill()).said).toEqual(['published the latest status of 2 checks again']);
    expect((await refill()).said).toEqual([]);
    const sent: Record<string, unknown>[] = [];
    for (const [partition, { low, high }] of (await messaging.topicBounds([CHECK_STATUS_TOPIC])).get(
      CHECK_STATUS_TOPIC,
    ) ?? []) {
      const messages = high > low ? await messaging.readMessages(CHECK_STATUS_TOPIC, partition, low) : [];
      for (const { key, value } of messages)
        sent.push({ ...(JSON.parse(String(value)) as { from: string; to: string; evidence: { entry: number } }), key });
    }
    expect(sent.sort((a, b) => Number(a['changeSeq']) - Number(b['changeSeq']))).toMatchObject([
      { key: `${kept.targetId}/2`, from: 'untested', to: 'as_expected', evidence: { entry: 3 } },
      { key: `${deleted.targetId}/2`, from: 'as_expected', to: 'as_expected', evidence: { entry: 4 } },
    ]);
  });
});
