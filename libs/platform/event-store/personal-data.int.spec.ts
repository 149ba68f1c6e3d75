import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aggregate } from './aggregate';
import { EventStore } from './event-store';
import { ERASED } from './personal-data';
import { readEvents, readProjected } from './read-events';

interface Named {
  type: 'PersonNamed';
  data: { name: string | null; phone: string | null; city: string };
}
interface Erased {
  type: 'PersonErased';
  data: object;
}
type Person = Named | Erased;

const PERSON: Aggregate<Person[], Person> = {
  category: 'person',
  initial: [],
  evolve: (events, event) => [...events, event],
  personal: { members: ['name', 'phone'], erasedBy: 'PersonErased' },
};
const metadata = { actor: 'system:test', causationId: null, correlationId: newId() };

let testing: TestDatabase;
let database: ControlDatabase;
let store: EventStore;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  store = new EventStore(database);
});
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

const named = (id: string, data: Partial<Named['data']>): Promise<unknown> =>
  store.execute(
    PERSON,
    id,
    (): Person[] => [{ type: 'PersonNamed', data: { name: null, phone: null, city: 'Bern', ...data } }],
    {
      metadata,
    },
  );
const erasePerson = (id: string): Promise<unknown> =>
  store.execute(PERSON, id, () => [{ type: 'PersonErased', data: {} }], { metadata });
const dataOf = async (id: string): Promise<object[]> =>
  (await store.loadAggregate(PERSON, id)).state.map(({ data }) => data);
const storedText = async (id: string): Promise<string> =>
  JSON.stringify(await database.query('SELECT data FROM event WHERE stream = $1', [`person-${id}`]));

describe('personal data of events', () => {
  it('are stored encrypted, and every reader returns them in clear', async () => {
    const id = newId();
    const data = { name: 'Zoë Müller', phone: '+41 31 000 00 00', city: 'Bern' };
    const done = await store.execute(PERSON, id, (): Person[] => [{ type: 'PersonNamed', data }], { metadata });
    expect(done).toMatchObject({ events: [{ data }], state: [{ data }] });
    const stored = await storedText(id);
    expect(stored).not.toMatch(/Zoë|\+41/);
    expect(stored).toContain('Bern');
    expect(await dataOf(id)).toEqual([data]);
    const upTo = done.events[0].position;
    expect(await readEvents(database, { after: upTo - 1, upTo, limit: 1 })).toEqual(done.events);
    expect(await readProjected(database, 'person', { after: upTo - 1, upTo })).toMatchObject([{ data }]);
  });

  it('have one key per stream, and none without a text', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    await Promise.all([named(a, { name: 'a' }), named(b, { name: 'b' }), named(c, {})]);
    await Promise.all([named(a, { phone: '1' }), named(b, { name: 'b2', phone: '2' })]);
    const keys = await database.query<{ stream: string; key: string }>(
      `SELECT stream, encode(key, 'hex') AS key FROM event_key WHERE stream = ANY ($1)`,
      [[a, b, c].map((id) => `person-${id}`)],
    );
    expect(keys.map(({ stream }) => stream).sort()).toEqual([`person-${a}`, `person-${b}`].sort());
    expect(new Set(keys.map(({ key }) => key)).size).toBe(2);
    expect(await dataOf(a)).toMatchObject([
      { name: 'a', phone: null },
      { name: null, phone: '1' },
    ]);
    expect(await storedText(c)).not.toContain('sealed');
  });

  it('have one key also when several commands store the first text at the same time', async () => {
    const id = newId();
    const others = new EventStore(database);
    const nameBy = (by: EventStore, name: string): Promise<unknown> =>
      by.execute(PERSON, id, (): Person[] => [{ type: 'PersonNamed', data: { name, phone: null, city: 'Bern' } }], {
        metadata,
      });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name, at) => nameBy(at % 2 === 0 ? store : others, name)));
    const stored = (await store.loadAggregate(PERSON, id)).state.map((event) => (event as Named).data.name);
    expect(stored.sort()).toEqual(names);
    expect(await database.query('SELECT FROM event_key WHERE stream = $1', [`person-${id}`])).toHaveLength(1);
  });

  it('cannot be read once they are erased; the rest of the events stays', async () => {
    const [id, other] = [newId(), newId()];
    await named(id, { name: 'Zoë' });
    await named(id, { name: null, phone: '1' });
    await named(other, { name: 'Eva' });
    await erasePerson(id);
    expect(await dataOf(id)).toEqual([
      { name: ERASED, phone: null, city: 'Bern' },
      { name: null, phone: ERASED, city: 'Bern' },
      {},
    ]);
    expect(await database.query('SELECT FROM event_key WHERE stream = $1', [`person-${id}`])).toEqual([]);
    expect(await dataOf(other)).toMatchObject([{ name: 'Eva' }]);
  });

  it('stay readable if the erasing command fails', async () => {
    const id = newId();
    await named(id, { name: 'Zoë' });
    const within = (): Promise<void> => Promise.reject(new Error('no'));
    const failed = store.execute(PERSON, id, () => [{ type: 'PersonErased', data: {} }], { metadata, within });
    await expect(failed).rejects.toThrow('no');
    expect(await dataOf(id)).toMatchObject([{ name: 'Zoë' }]);
  });

  it('are bound to their event: a moved ciphertext is refused', async () => {
    const id = newId();
    await named(id, { name: 'a' });
    await database.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata)
       SELECT gen_random_uuid(), stream, 2, type, data, metadata FROM event WHERE stream = $1`,
      [`person-${id}`],
    );
    await expect(store.loadAggregate(PERSON, id)).rejects.toThrow(/authenticate/);
  });

  it('of events of older releases are read as they are', async () => {
    const id = newId();
    const data = { name: 'Zoë', phone: null, city: 'Bern' };
    await database.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, $2, 1, 'PersonNamed', $3, $4)`,
      [newId(), `person-${id}`, JSON.stringify(data), JSON.stringify(metadata)],
    );
    expect(await dataOf(id)).toEqual([data]);
  });
});
