import { ControlDatabase } from '@icmp-mon/platform/database';
import { ERASED, EventFollower, EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { rebuild } from '@icmp-mon/platform/rebuild';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { RecordedTarget } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { change, erase, register, remove, TARGET } from '../target';
import { targetVersionsModel } from './target-versions-model';
import { TARGET_VERSIONS } from './target-versions-projection';

const metadata = { actor: 'tester', causationId: null, correlationId: newId() };

let testing: TestDatabase;
let database: ControlDatabase;
let store: EventStore;
let follower: EventFollower;
let key = 0;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  store = new EventStore(database);
  await database.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('fast', true, '{}', 1)`);
  follower = new EventFollower({ database, projection: TARGET_VERSIONS });
  follower.start();
});
afterAll(async () => {
  await follower.stop();
  await database.close();
  await testing.dropDatabase();
});

function newTarget(): RecordedTarget {
  key++;
  const names = { name: 'Dora Example', notes: 'call Dora', owner: null };
  return {
    targetId: newId(),
    key,
    ip: `192.0.2.${key}`,
    vrf: 'default',
    tags: { site: 'fra' },
    tier: 'fast',
    ...names,
  };
}

const versionsOf = (id: string): Promise<object[]> =>
  database.query('SELECT version, name, notes, owner, tags FROM target_version WHERE id = $1 ORDER BY version', [id]);
const expectVersions = (id: string, versions: object[]): Promise<void> =>
  eventually(async () => expect(await versionsOf(id)).toMatchObject(versions), { withinMs: 30_000 });

async function expectEqualRebuild(): Promise<void> {
  const outcome = await rebuild(targetVersionsModel(database), { database, replace: false, report: () => undefined });
  expect(outcome.differences).toEqual([]);
}

it('an erased target keeps its history without name, notes and owner, also in a rebuild from the events', async () => {
  const target = newTarget();
  const id = target.targetId;
  await store.execute(TARGET, id, (state) => register(state, target), { metadata });
  await store.execute(TARGET, id, (state) => change(state, { name: null, owner: 'Emil Example' }), { metadata });
  await store.execute(TARGET, id, remove, { metadata });
  await expectVersions(id, [{ name: 'Dora Example' }, { owner: 'Emil Example' }]);
  await store.execute(TARGET, id, erase, { metadata });
  const tags = { site: 'fra' };
  await expectVersions(id, [
    { version: 1, name: ERASED, notes: ERASED, owner: null, tags },
    { version: 2, name: null, notes: ERASED, owner: ERASED, tags },
  ]);
  await expectEqualRebuild();
  const rows = await database.query('SELECT to_jsonb(e) AS row FROM event e');
  expect(JSON.stringify([rows, await database.query('SELECT to_jsonb(v) AS row FROM target_version v')])).not.toMatch(
    /Dora|Emil/,
  );
  const again = await store.execute(TARGET, id, erase, { metadata });
  expect(again.events).toEqual([]);
});

it('a target with events of an older release is erased in the history, but not in those events', async () => {
  const target = newTarget();
  const stream = `target-${target.targetId}`;
  await database.transaction(async (sql) => {
    await sql.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, $2, 1, 'TargetRegistered', $3, $4)`,
      [newId(), stream, JSON.stringify(target), JSON.stringify(metadata)],
    );
    const place = { position: 1, stream, version: 1, occurredAt: new Date().toISOString() };
    await TARGET.project?.(sql, [{ type: 'TargetRegistered', data: target, ...place }]);
  });
  await store.execute(TARGET, target.targetId, remove, { metadata });
  await store.execute(TARGET, target.targetId, erase, { metadata });
  await expectVersions(target.targetId, [{ version: 1, name: ERASED, notes: ERASED, owner: null }]);
  await expectEqualRebuild();
  const [event] = await database.query('SELECT data FROM event WHERE stream = $1 AND version = 1', [stream]);
  expect(JSON.stringify(event)).toContain('Dora');
});
