import { type Connection, connect, ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { eventually, type TestDatabase, testDatabase } from '@icmp-mon/platform/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { append } from './append';
import { counted, counter } from './counter.test-aggregate';
import { EventStore, type RecordedEvent, Relay } from './index';
import { type RelayOptions } from './relay';
import { fencedPosition } from './relay-reader';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };
const RELAY_BACKENDS = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'relay'`;

describe('Relay', () => {
  let home: TestDatabase;
  let database: ControlDatabase;
  let store: EventStore;
  let published: RecordedEvent[];
  let relays: Relay<RecordedEvent>[];

  beforeEach(async () => {
    home = await testDatabase('control');
    database = new ControlDatabase({ url: home.url });
    store = new EventStore(database);
    published = [];
    relays = [];
  });

  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await database.close();
    await home.dropDatabase();
  });

  function relay(options: Partial<RelayOptions<RecordedEvent>> = {}): Relay<RecordedEvent> {
    const made = new Relay<RecordedEvent>({
      url: home.url,
      topics: { counter: 'public.counters.v1' },
      toMessage: (event) => event,
      sendMessages: async (_topic, messages) => void published.push(...messages),
      ...options,
    });
    relays.push(made);
    return made;
  }

  const count = (id: string, by = 1) => store.execute(counter, id, () => [counted(by)], { metadata });
  const positions = (): number[] => published.map((event) => event.position);

  /** Checks that exactly the stored events were published, and that the first publications of each stream are in order. */
  async function expectAllPublished(): Promise<void> {
    const kept = await database.query<{ position: number }>('SELECT position FROM event ORDER BY position');
    const firsts = [...new Map(published.map((event) => [event.position, event])).values()];
    expect(new Set(positions())).toEqual(new Set(kept.map((row) => row.position)));
    const versions = new Map<string, number>();
    for (const event of firsts) {
      expect(event.version).toBe((versions.get(event.stream) ?? 0) + 1);
      versions.set(event.stream, event.version);
    }
  }

  async function openAppend(id: string): Promise<Connection> {
    const connection = await connect({ url: home.url, applicationName: 'late appender' });
    await connection.execute('BEGIN');
    await append(connection, [{ stream: `counter-${id}`, version: 0, events: [counted(1)], metadata }]);
    return connection;
  }

  it('publishes events in the order of the store, and only categories with a topic', async () => {
    relay().start();
    const other = { ...counter, category: 'inner' };
    await store.execute(other, newId(), () => [counted(9)], { metadata });
    const id = newId();
    for (let i = 0; i < 5; i += 1) await count(id, i);
    await eventually(() => expect(published).toHaveLength(5));
    expect(published.map((event) => event.data)).toEqual([0, 1, 2, 3, 4].map((by) => ({ by })));
    expect(published[0]).toMatchObject({ stream: `counter-${id}`, version: 1, metadata });
  });

  it('never skips a transaction that commits late', async () => {
    const late = await openAppend(newId());
    const overtaker = connect({ url: home.url, applicationName: 'overtaker' });
    const early = await overtaker;
    await early.execute('BEGIN');
    await append(early, [{ stream: `counter-${newId()}`, version: 0, events: [counted(2)], metadata }]);
    await early.execute('COMMIT');
    await early.close();
    // The higher position is committed, the lower one is not: the fence must not advance.
    const probe = await connect({ url: home.url, applicationName: 'probe' });
    expect(await fencedPosition(probe)).toBeNull();
    relay().start();
    await eventually(() => expect(relays[0]?.active).toBe(true));
    expect(published).toEqual([]);
    await late.execute('COMMIT');
    await late.close();
    await eventually(() => expect(positions()).toEqual([1, 2]));
    expect(await fencedPosition(probe)).toBe(2);
    await probe.close();
  });

  it('continues past the gap that a rolled-back append leaves', async () => {
    const undone = await openAppend(newId());
    relay().start();
    await count(newId());
    await undone.execute('ROLLBACK');
    await undone.close();
    await eventually(() => expect(positions()).toEqual([2]));
    await count(newId());
    await eventually(() => expect(positions()).toEqual([2, 3]));
  });

  it('loses nothing and keeps the order of each aggregate when its connection is killed repeatedly', async () => {
    relay().start();
    const ids = Array.from({ length: 8 }, () => newId());
    let writing = true;
    const killer = (async () => {
      while (writing) {
        await database.query(`SELECT pg_terminate_backend(pid) ${RELAY_BACKENDS}`);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    for (let round = 0; round < 40; round += 1) await Promise.all(ids.map((id) => count(id)));
    writing = false;
    await killer;
    await eventually(() => expect(new Set(positions()).size).toBe(320));
    await expectAllPublished();
  });

  it('retries a batch until it is acknowledged, so that each event is published at least once', async () => {
    let refusals = 3;
    relay({
      sendMessages: async (_topic, messages) => {
        // The worst failure: the messages have arrived, but were not acknowledged.
        published.push(...messages);
        if (refusals-- > 0) throw new Error('broker unavailable');
      },
    }).start();
    await count(newId());
    await eventually(() => expect(positions()).toEqual([1, 1, 1, 1]));
    await count(newId());
    await eventually(() => expect(positions()).toEqual([1, 1, 1, 1, 2]));
  });

  it('has one active relay of two, and after its stop the other continues at its position', async () => {
    const senders: string[] = [];
    const named = (name: string): Relay<RecordedEvent> =>
      relay({
        sendMessages: async (_topic, messages) => {
          senders.push(name);
          published.push(...messages);
        },
      });
    const first = named('first');
    first.start();
    await eventually(() => expect(first.active).toBe(true));
    const second = named('second');
    second.start();
    for (let i = 0; i < 10; i += 1) await count(newId());
    await eventually(() => expect(published).toHaveLength(10));
    expect(second.active).toBe(false);
    expect(new Set(senders)).toEqual(new Set(['first']));
    await first.stop();
    await count(newId());
    await eventually(() => expect(published).toHaveLength(11));
    expect(second.active).toBe(true);
    await expectAllPublished();
    expect(positions()).toHaveLength(new Set(positions()).size);
  });

  it('publishes again from a cursor that was moved back, also while nothing is appended', async () => {
    relay().start();
    for (let i = 0; i < 3; i += 1) await count(newId());
    await eventually(() => expect(positions()).toEqual([1, 2, 3]));
    await database.execute('UPDATE relay_cursor SET position = 1');
    await eventually(() => expect(positions()).toEqual([1, 2, 3, 2, 3]));
  });

  it('stops although the broker is unavailable, and the next relay publishes the remaining events', async () => {
    const stuck = relay({ sendMessages: () => Promise.reject(new Error('broker unavailable')) });
    stuck.start();
    await count(newId());
    await eventually(() => expect(stuck.active).toBe(true));
    await stuck.stop();
    expect(stuck.active).toBe(false);
    relay().start();
    await eventually(() => expect(positions()).toEqual([1]));
  });

  it('publishes more than one batch under concurrent writers', async () => {
    const ids = Array.from({ length: 20 }, () => newId());
    await Promise.all(
      ids.map((id) => store.execute(counter, id, () => Array.from({ length: 30 }, () => counted(1)), { metadata })),
    );
    relay().start();
    await Promise.all(ids.flatMap((id) => [count(id), count(id)]));
    await eventually(() => expect(published.length).toBeGreaterThanOrEqual(640));
    await expectAllPublished();
  });
});
