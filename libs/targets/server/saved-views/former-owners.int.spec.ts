import { API_KEY_STREAM, type ApiKeyEvent, USER_STREAM, type UserEvent } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type Aggregate, type DomainEvent, ERASED, EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanFormerOwners } from './former-owners';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };
const [dora, emil] = [newId(), newId()];
const KEY = '0123456789ab';

let testing: TestDatabase;
let database: ControlDatabase;
let store: EventStore;

/** A stream of another context, of which only the events are known. */
const streamOf = <E extends DomainEvent>(category: string): Aggregate<null, E> => ({
  category,
  initial: null,
  evolve: (state) => state,
});
const ofUser = (userId: string, ...events: UserEvent[]): Promise<unknown> =>
  store.execute(streamOf<UserEvent>(USER_STREAM), userId, () => events, { metadata });
const ofKey = (...events: ApiKeyEvent[]): Promise<unknown> =>
  store.execute(streamOf<ApiKeyEvent>(API_KEY_STREAM), KEY, () => events, { metadata });

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  store = new EventStore(database);
  await saveViews('own', 'shared');
});
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

/** Saves views for each owner, as an api process does that has not noticed a removal yet; shared ones by their name. */
async function saveViews(...names: string[]): Promise<void> {
  await database.execute(
    `INSERT INTO saved_view (id, owner, owner_name, name, query, is_shared)
     SELECT gen_random_uuid(), owner, split_part(owner, ':', 1), name, '{}', name LIKE 'shared%'
     FROM unnest($1::text[]) AS owner, unnest($2::text[]) AS name`,
    [[`user:${dora}`, `user:${emil}`, `api-key:${KEY}`], names],
  );
}

async function viewsOf(owner: string): Promise<string[]> {
  const rows = await database.query<{ view: string }>(
    `SELECT name || ' of ' || owner_name AS view FROM saved_view WHERE owner = $1 ORDER BY name`,
    [owner],
  );
  return rows.map(({ view }) => view);
}

it('the own views of a removed user are deleted; shared ones stay, and lose the name with its erasure', async () => {
  await ofUser(emil, { type: 'UserDisabled', data: { userId: emil } });
  await ofUser(dora, { type: 'UserRemoved', data: { userId: dora } });
  expect(await cleanFormerOwners(database, 10)).toBe(1);
  expect(await viewsOf(`user:${dora}`)).toEqual(['shared of user']);
  await ofUser(dora, { type: 'UserErased', data: { userId: dora } });
  expect(await cleanFormerOwners(database, 10)).toBe(1);
  expect(await viewsOf(`user:${dora}`)).toEqual([`shared of ${ERASED}`]);
  expect(await viewsOf(`user:${emil}`)).toEqual(['own of user', 'shared of user']);
});

it('the own views of a revoked API key are deleted', async () => {
  await ofKey({ type: 'ApiKeyRevoked', data: { keyId: KEY } });
  expect(await cleanFormerOwners(database, 10)).toBe(1);
  expect(await viewsOf(`api-key:${KEY}`)).toEqual(['shared of api-key']);
});

it('views that are saved after the removal are cleaned too, in steps', async () => {
  await saveViews('late', 'later', 'shared late');
  const counts: number[] = [];
  do counts.push(await cleanFormerOwners(database, 1));
  while (counts.at(-1) !== 0);
  expect(counts).toEqual([3, 2, 0]);
  expect(await viewsOf(`user:${dora}`)).toEqual([`shared of ${ERASED}`, `shared late of ${ERASED}`]);
  expect(await viewsOf(`api-key:${KEY}`)).toEqual(['shared of api-key', 'shared late of api-key']);
  expect(await viewsOf(`user:${emil}`)).toHaveLength(5);
});
