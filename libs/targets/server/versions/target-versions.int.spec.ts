import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventFollower, EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { rebuild } from '@icmp-mon/platform/rebuild';
import { eventually, passInstant, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { type ChangeTargetRequest, parseFilter, type TargetVersion } from '@icmp-mon/targets/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { change, register, remove, TARGET } from '../target';
import { forgetVersions } from './forget-versions';
import { StoredInventoryHistory } from './stored-inventory-history';
import { TARGET_VERSIONS } from './target-versions-projection';
import { targetVersionsModel } from './target-versions-model';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };
const HOUR_MS = 3_600_000;

let testing: TestDatabase;
let database: ControlDatabase;
let store: EventStore;
let follower: EventFollower;
let nextKey = 1;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  store = new EventStore(database);
  await database.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('standard', true, '{}', 1)`);
  follower = new EventFollower({ database, projection: TARGET_VERSIONS });
  follower.start();
});
afterEach(() => expectEqualRebuild());
afterAll(async () => {
  await follower.stop();
  await database.close();
  await testing.dropDatabase();
});

async function expectEqualRebuild(): Promise<void> {
  const outcome = await rebuild(targetVersionsModel(database), { database, replace: false, report: () => undefined });
  expect(outcome.differences).toEqual([]);
}

async function registerAddress(ip: string, site: string): Promise<string> {
  const target = {
    targetId: newId(),
    key: nextKey++,
    ip,
    vrf: 'default',
    name: null,
    tags: { site },
    tier: 'standard',
  };
  await store.execute(TARGET, target.targetId, (state) => register(state, target), { metadata });
  return target.targetId;
}

const patch = (id: string, request: ChangeTargetRequest): Promise<unknown> =>
  store.execute(TARGET, id, (state) => change(state, request), { metadata });
const removeTarget = (id: string): Promise<unknown> => store.execute(TARGET, id, remove, { metadata });

async function collect(batches: AsyncIterable<TargetVersion[]>): Promise<TargetVersion[]> {
  const all: TargetVersion[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

async function idsAt(filter: string, at: Date): Promise<string[]> {
  const parsed = parseFilter(filter);
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  const versions = await collect(new StoredInventoryHistory(database).targetsAt(parsed.filter, at));
  return versions.map(({ id }) => id);
}

describe('the history of the inventory', () => {
  it('answers which targets matched a filter at an instant, right after the change', async () => {
    const before = await passInstant(database);
    const id = await registerAddress('192.0.2.1', 'fra');
    const inFra = await passInstant(database);
    await patch(id, { tags: { site: 'ams' } });
    const inAms = await passInstant(database);
    await removeTarget(id);
    expect(await idsAt('site=fra', before)).toEqual([]);
    expect(await idsAt('site=fra', inFra)).toEqual([id]);
    expect(await idsAt('SITE = Fra AND ip IN 192.0.2.0/24 AND tier=standard', inFra)).toEqual([id]);
    expect(await idsAt('site=fra', inAms)).toEqual([]);
    expect(await idsAt('site=ams', inAms)).toEqual([id]);
    expect(await idsAt('site=*', await passInstant(database))).toEqual([]);
  });

  it('keeps the life of a removed target when its address is registered again', async () => {
    const first = await registerAddress('192.0.2.2', 'fra');
    const then = await passInstant(database);
    await removeTarget(first);
    const between = await passInstant(database);
    const second = await registerAddress('192.0.2.2', 'muc');
    const later = await passInstant(database);
    expect(await idsAt('ip=192.0.2.2', then)).toEqual([first]);
    expect(await idsAt('ip=192.0.2.2', between)).toEqual([]);
    expect(await idsAt('ip=192.0.2.2', later)).toEqual([second]);
    const parsed = parseFilter('ip=192.0.2.2');
    const history = new StoredInventoryHistory(database);
    const lives = await collect(history.versionsBetween(parsed.ok ? parsed.filter : null, then, later));
    expect(lives.map(({ id, version, validTo }) => ({ id, version, isCurrent: validTo === null }))).toEqual([
      { id: first, version: 1, isCurrent: false },
      { id: second, version: 1, isCurrent: true },
    ]);
  });

  it('is refused for the future, and for a time whose versions may be deleted', async () => {
    const ahead = new Date(Date.now() + HOUR_MS);
    await expect(idsAt('site=*', ahead)).rejects.toMatchObject({ code: 'invalid', errors: [{ pointer: '?at' }] });
    const ended = await registerAddress('192.0.2.3', 'old');
    await removeTarget(ended);
    const kept = await registerAddress('192.0.2.4', 'old');
    const horizon = await passInstant(database);
    expect(await idsAt('site=old', horizon)).toEqual([kept]);
    expect(await forgetVersions(database, horizon, 1)).toBe(1);
    await expect(idsAt('site=*', new Date(horizon.getTime() - 1))).rejects.toThrow(
      /^at must not be before .*: older versions are deleted\.$/,
    );
    while ((await forgetVersions(database, horizon, 10_000)) > 0);
    expect(await idsAt('site=old', horizon)).toEqual([kept]);
    const rows = await database.query('SELECT FROM target_version WHERE NOT upper_inf(valid)');
    expect(rows).toEqual([]);
  });

  it('is repaired by a rebuild, and filled from the event store when its position is lost', async () => {
    const before = await database.query('SELECT key, version, valid FROM target_version ORDER BY key, version');
    await database.execute('DELETE FROM target_version');
    const outcome = await rebuild(targetVersionsModel(database), { database, replace: true, report: () => undefined });
    expect(outcome.differences[0]).toMatchObject({ table: 'target_version', surplus: 0, changed: 0 });
    expect(outcome.replaced).toBe(true);
    expect(await database.query('SELECT key, version, valid FROM target_version ORDER BY key, version')).toEqual(
      before,
    );
    await database.execute('UPDATE event_cursor SET position = 0');
    await eventually(async () => {
      const [row] = await database.query<{ position: number }>('SELECT position FROM event_cursor');
      expect(row?.position).toBeGreaterThan(0);
    });
    await forgetVersions(database, new Date(), 10_000);
    expect(await database.query('SELECT key, version, valid FROM target_version ORDER BY key, version')).toEqual(
      before,
    );
  });
});
