import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { RecordedTarget } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, register, remove, TARGET } from './target';

const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };

let testing: TestDatabase;
/** Two processes, each with its own connections and batches. */
let databases: [ControlDatabase, ControlDatabase];
let stores: [EventStore, EventStore];
let key = 0;

beforeAll(async () => {
  testing = await testDatabase('control');
  databases = [new ControlDatabase({ url: testing.url }), new ControlDatabase({ url: testing.url })];
  stores = [new EventStore(databases[0]), new EventStore(databases[1])];
  await databases[0].execute("INSERT INTO tier (name, built_in, policy, version) VALUES ('standard', true, '{}', 1)");
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await testing.dropDatabase();
});

/** A target as releases before parents recorded it. */
function olderTarget(): RecordedTarget {
  key++;
  const ip = `192.0.2.${key}`;
  return { targetId: newId(), key, ip, vrf: 'default', name: `t${key}`, tags: {}, tier: 'standard' };
}

async function registerTarget(): Promise<string> {
  const target = olderTarget();
  await stores[0].execute(TARGET, target.targetId, (state) => register(state, target), { metadata: METADATA });
  return target.targetId;
}

const setParent = (process: 0 | 1, id: string, parent: string): Promise<unknown> =>
  stores[process].execute(TARGET, id, (state) => change(state, { parents: [parent] }), { metadata: METADATA });

/** Changes the parent of a target in a transaction that commits when `commit` is called. */
async function setParentOpen(id: string, parent: string): Promise<{ commit(): Promise<void> }> {
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let committed = Promise.resolve();
  await new Promise<void>((ready, failed) => {
    committed = databases[0].transaction(async (sql: Sql) => {
      await stores[0].executeWithin(sql, TARGET, id, (state) => change(state, { parents: [parent] }), {
        metadata: METADATA,
      });
      ready();
      await finished;
    });
    committed.catch(failed);
  });
  return { commit: () => (finish(), committed) };
}

/** Returns once a session waits for an advisory lock. */
async function someoneWaits(): Promise<void> {
  await expect
    .poll(() => databases[0].query(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`), {
      timeout: 30_000,
    })
    .not.toEqual([]);
}

describe('dependencies of two processes', () => {
  it('a change that would complete a cycle waits for the one before it, and is refused', async () => {
    const [a, b] = [await registerTarget(), await registerTarget()];
    const first = await setParentOpen(a, b);
    const second = setParent(1, b, a).catch((error: unknown) => error);
    await someoneWaits();
    await first.commit();
    expect(await second).toMatchObject({ code: 'conflict', errors: [{ pointer: '#/parents' }] });
    expect((await stores[0].loadAggregate(TARGET, b)).version).toBe(1);
  });

  it('the removal of a parent waits for the change that makes it one, and is refused', async () => {
    const [child, parent] = [await registerTarget(), await registerTarget()];
    const first = await setParentOpen(child, parent);
    const removal = stores[1].execute(TARGET, parent, remove, { metadata: METADATA }).catch((error: unknown) => error);
    await someoneWaits();
    await first.commit();
    expect(await removal).toMatchObject({ code: 'conflict' });
  });

  it('of changes of many targets at the same time, the successful ones contain no cycle', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, registerTarget));
    const changes = ids.flatMap((id, at) =>
      ([1, 5, 7] as const).map((step) => ({
        id,
        parent: ids[(at + step) % ids.length],
        process: ((at + step) % 2) as 0 | 1,
      })),
    );
    const outcomes = await Promise.allSettled(changes.map(({ id, parent, process }) => setParent(process, id, parent)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    const [{ cycles }] = await databases[0].query<{ cycles: number }>(
      `WITH RECURSIVE above AS (
         SELECT id AS start, unnest(parents) AS id FROM target_list
         UNION SELECT above.start, parent FROM above JOIN target_list t USING (id), unnest(t.parents) AS parent
       ) SELECT count(*) AS cycles FROM above WHERE start = id`,
    );
    expect(cycles).toBe(0);
  });
});

describe('events of releases before these members', () => {
  it('are listed and changed as a target that is not paused and has no parents, notes and owner', async () => {
    const target = olderTarget();
    await databases[0].transaction(async (sql) => {
      await sql.execute(
        `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, $2, 1, 'TargetRegistered', $3, $4)`,
        [newId(), `target-${target.targetId}`, JSON.stringify(target), JSON.stringify(METADATA)],
      );
      const place = {
        position: 1,
        stream: `target-${target.targetId}`,
        version: 1,
        occurredAt: new Date().toISOString(),
      };
      await TARGET.project?.(sql, [{ type: 'TargetRegistered', data: target, ...place }]);
    });
    const listed = (): Promise<unknown[]> =>
      databases[0].query(
        'SELECT name, paused, parents::text[] AS parents, notes, owner, version FROM target_list WHERE id = $1',
        [target.targetId],
      );
    const defaults = { paused: false, parents: [], notes: null, owner: null };
    expect(await listed()).toEqual([{ name: target.name, ...defaults, version: 1 }]);
    await stores[0].execute(TARGET, target.targetId, (state) => change(state, { name: 'edge' }), {
      metadata: METADATA,
    });
    expect(await listed()).toEqual([{ name: 'edge', ...defaults, version: 2 }]);
  });
});
