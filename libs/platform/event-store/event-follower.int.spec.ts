import { connect, ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Counted, counted, counter } from './counter.test-aggregate';
import { EventFollower } from './event-follower';
import type { EventProjection } from './event-projection';
import { EventStore } from './event-store';
import { APPEND_LOCK } from './fence';
import { projectionLags } from './projection-lag';
import { whenProjected } from './when-projected';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };

describe('an event projection', () => {
  let home: TestDatabase;
  let database: ControlDatabase;
  let store: EventStore;
  let failures = 0;

  /** Adds one row per event, so that a repeated or skipped event is visible. */
  const totals: EventProjection<Counted> = {
    name: 'totals',
    category: 'counter',
    async projectEvents(sql, events) {
      for (const event of events) {
        await sql.execute('INSERT INTO counted_event VALUES ($1, $2)', [event.position, event.data.by]);
      }
      if (failures > 0) {
        failures--;
        throw new Error('The projection fails.');
      }
    },
  };
  const follower = (): EventFollower => new EventFollower({ database, projection: totals });
  const projected = async (): Promise<number[]> => {
    const rows = await database.query<{ by: number }>('SELECT by FROM counted_event ORDER BY position');
    return rows.map(({ by }) => by);
  };
  const count = (by: number): Promise<unknown> => store.execute(counter, newId(), () => [counted(by)], { metadata });

  beforeAll(async () => {
    home = await testDatabase('control');
    database = new ControlDatabase({ url: home.url });
    store = new EventStore(database);
    await database.execute('CREATE TABLE counted_event (position bigint, by integer)');
  });

  afterAll(async () => {
    await database?.close();
    await home?.dropDatabase();
  });

  it('starts before the first event, follows, and continues after a restart and a failure', async () => {
    await count(1);
    await count(2);
    const first = follower();
    first.start();
    await eventually(async () => expect(await projected()).toEqual([1, 2]));
    await count(3);
    await eventually(async () => expect(await projected()).toEqual([1, 2, 3]));
    await first.stop();
    await count(4);
    failures = 2;
    const second = follower();
    second.start();
    await eventually(async () => expect(await projected()).toEqual([1, 2, 3, 4]));
    await second.stop();
  });

  it('projects each event once, by several processes, also an event that commits after later ones', async () => {
    const before = await projected();
    const late = await connect({ url: home.url, applicationName: 'late appender' });
    const both = [follower(), follower()];
    for (const each of both) each.start();
    // As an appender whose transaction takes long: it has a position, and holds the lock until it commits.
    await late.execute('BEGIN');
    await late.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_LOCK]);
    await late.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata)
       VALUES ($1, $2, 1, 'Counted', '{"by": 10}', '{}')`,
      [newId(), `counter-${newId()}`],
    );
    // An appender takes the lock in its statement, which waits while a fence waits for the late one.
    const next = count(11);
    await late.execute('COMMIT');
    await next;
    await count(12);
    await eventually(async () => expect(await projected()).toEqual([...before, 10, 11, 12]));
    await Promise.all(both.map((each) => each.stop()));
    await late.close();
  });

  it('makes readers wait for the events up to their instant, and reports how far it is', async () => {
    const running = follower();
    running.start();
    await count(20);
    await whenProjected(database, totals, new Date());
    expect((await projected()).at(-1)).toBe(20);
    await running.stop();
    const before = new Date();
    await count(21);
    await whenProjected(database, totals, new Date(before.getTime() - 1_000));
    await expect(whenProjected(database, totals, new Date(Date.now() + 1_000))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^The history up to this time is not complete yet: \d+ % of the event store/,
      ) as string,
    });
  });

  it('reports the events that wait while it does not advance, and none of other categories', async () => {
    await database.execute(`UPDATE event_cursor SET moved_at = now() - interval '1 hour'`);
    const running = follower();
    running.start();
    await eventually(async () =>
      expect(await projectionLags(database)).toEqual([{ name: 'totals', behind: 0, stillS: null }]),
    );
    await running.stop();
    await store.execute({ ...counter, category: 'other' }, newId(), () => [counted(1)], { metadata });
    expect(await projectionLags(database)).toEqual([{ name: 'totals', behind: 0, stillS: null }]);
    await database.execute(`UPDATE event_cursor SET moved_at = now() - interval '1 hour'`);
    await Promise.all([count(30), count(31)]);
    const [lag] = await projectionLags(database);
    // They have just begun to wait, whenever the projection last advanced.
    expect(lag).toMatchObject({ name: 'totals', behind: 2 });
    expect(lag?.stillS).toBeGreaterThanOrEqual(0);
    expect(lag?.stillS).toBeLessThan(3_600);
  });
});
