import { newId } from '@icmp-mon/platform/ids';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditReads } from './testing/audit-reads';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';

/** The lock that appends share. */
const APPEND_LOCK = 7_260_002;
const HELD_MS = 1_000;

let api: TestApi;
let audit: AuditReads;

beforeAll(async () => {
  api = await startTestApi();
  audit = new AuditReads(api);
});
afterAll(() => api.stop());

/** Appends an event whose transaction stays open for `HELD_MS`. Resolves when the event has its position. */
async function appendSlowly(entity: string): Promise<{ committed: Promise<void> }> {
  const begun = Promise.withResolvers<void>();
  const committed = api.control.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_LOCK]);
    await sql.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, $2, 1, 'TargetRemoved', '{}', $3::jsonb)`,
      [newId(), `target-${entity}`, JSON.stringify({ actor: 'user:slow', causationId: null, correlationId: newId() })],
    );
    begun.resolve();
    await pause(HELD_MS);
  });
  await begun.promise;
  return { committed };
}

it.each([
  ['has published all that is committed', 'head'],
  ['has published nothing for long', 1],
  ['has never published', 0],
  ['has no position', null],
])('a follower gets an event that commits after later ones, once, while the relay %s', async (_name, relay) => {
  await api.control.execute('DELETE FROM relay_cursor');
  if (relay !== null)
    await api.control.execute(
      `INSERT INTO relay_cursor (name, position) SELECT 'kafka', ${relay === 'head' ? 'max(position)' : relay} FROM event LIMIT 1`,
    );
  const run = `${relay}`;
  const net = ['head', '1', '0', 'null'].indexOf(run);
  await pause(250);
  let { newest: after } = await audit.readPage({});
  const { committed } = await appendSlowly(`slow-${run}`);
  const later = Promise.all([1, 2, 3].map((n) => registerTarget(api, `127.9.${net}.${n}`)));
  const seen: string[] = [];
  // Commits that wait for the fence of a reader come later, but before the deadline.
  for (const deadline = Date.now() + 10_000; seen.length < 4 && Date.now() < deadline; await pause(20)) {
    const page = await audit.readPage({ after, kind: 'target', limit: '2' });
    seen.push(...page.items.map(({ entity }) => entity.id));
    after = page.newest;
  }
  await committed;
  const targets = (await later).map(({ id }) => id);
  expect(seen[0]).toBe(`slow-${run}`);
  expect([...seen].sort()).toEqual([`slow-${run}`, ...targets].sort());
  expect((await audit.readPage({ after })).items).toEqual([]);
});
