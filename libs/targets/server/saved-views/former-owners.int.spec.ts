import { API_KEY_STREAM, type ApiKeyEvent, USER_STREAM, type UserEvent } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type Aggregate, type DomainEvent, ERASED, EventFollower, EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VIEWS_OF_API_KEYS, VIEWS_OF_USERS } from './former-owners';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };
const [dora, emil] = [newId(), newId()];
const KEY = '0123456789ab';

let testing: TestDatabase;
let database: ControlDatabase;
let store: EventStore;
let followers: EventFollower[];

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
  await database.execute(
    `INSERT INTO saved_view (id, owner, owner_name, name, query, is_shared)
     SELECT gen_random_uuid(), owner, split_part(owner, ':', 1), name, '{}', name = 'shared'
     FROM unnest($1::text[]) AS owner, unnest(ARRAY['own', 'shared']) AS name`,
    [[`user:${dora}`, `user:${emil}`, `api-key:${KEY}`]],
  );
  followers = [
    new EventFollower({ database, projection: VIEWS_OF_USERS }),
    new EventFollower({ database, projection: VIEWS_OF_API_KEYS }),
  ];
  for (const follower of followers) follower.start();
});
afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await database.close();
  await testing.dropDatabase();
});

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
  await eventually(async () => expect(await viewsOf(`user:${dora}`)).toEqual(['shared of user']));
  await ofUser(dora, { type: 'UserErased', data: { userId: dora } });
  await eventually(async () => expect(await viewsOf(`user:${dora}`)).toEqual([`shared of ${ERASED}`]));
  expect(await viewsOf(`user:${emil}`)).toEqual(['own of user', 'shared of user']);
});

it('the own views of a revoked API key are deleted', async () => {
  await ofKey({ type: 'ApiKeyRevoked', data: { keyId: KEY } });
  await eventually(async () => expect(await viewsOf(`api-key:${KEY}`)).toEqual(['shared of api-key']));
});
