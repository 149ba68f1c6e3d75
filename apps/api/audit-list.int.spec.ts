import type { AuditEntry } from '@icmp-mon/audit/contract';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditReads } from './testing/audit-reads';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';
import { TestUsers } from './testing/test-users';

/** The lock that appends share. */
const APPEND_LOCK = 7_260_002;

const UNKNOWN_ID = '00000000-0000-7000-8000-000000000000';

let api: TestApi;
let audit: AuditReads;

beforeAll(async () => {
  api = await startTestApi();
  audit = new AuditReads(api);
});
afterAll(() => api.stop());

async function refusal(query: string): Promise<{ status: number; text: string }> {
  const response = await api.sendRequest(`/api/v1/events?${query}`);
  return { status: response.status, text: await response.text() };
}

/** Registers a target, and follows events up to it. Returns where to continue: the newest event of a page may be 200 ms old. */
async function followUpTo(ip: string): Promise<string> {
  let { newest: after } = await audit.readPage({});
  const { id } = await registerTarget(api, ip);
  const isReached = async (): Promise<boolean> => {
    const page = await audit.readPage({ after });
    after = page.newest;
    return page.items.some(({ entity }) => entity.id === id);
  };
  await expect.poll(isReached, { timeout: 20_000 }).toBe(true);
  return after;
}

describe('a list of events', () => {
  it('is filtered by actor, type and time, which name an event once', async () => {
    const { id, ask } = await new TestUsers(api).addMember('lin', 'engineer');
    const started = new Date().toISOString();
    expect((await ask('POST', 'targets', { ip: '127.8.1.1', tier: 'fast' })).status).toBe(201);
    const byName = await audit.readPage({ actor: 'LIN', from: started });
    expect(byName.items).toMatchObject([
      { actor: { id: `user:${id}`, name: 'lin' }, entity: { name: '127.8.1.1' }, event: 'TargetRegistered' },
    ]);
    for (const query of [
      { actor: `user:${id}`, event: 'TargetRegistered' },
      { actor: 'lin', kind: 'target' },
      { actor: 'lin', kind: 'target', entity: '127.8.1.1' },
      { from: started, event: 'TargetRegistered,TargetRemoved' },
      { correlation: byName.items[0].correlationId },
    ] as Record<string, string>[]) {
      expect((await audit.readPage(query)).items, JSON.stringify(query)).toEqual(byName.items);
    }
    for (const query of [
      { actor: 'lin', kind: 'tier' },
      { actor: 'lin', event: 'TargetRemoved' },
      { actor: 'lin', to: '2020-01-01' },
      { actor: 'unknown' },
      { actor: 'user:ada' },
      { correlation: UNKNOWN_ID },
    ] as Record<string, string>[]) {
      expect((await audit.readPage(query)).items, JSON.stringify(query)).toEqual([]);
    }
  });

  it('pages by a cursor to its end, as the export', async () => {
    const all = await audit.readExport({});
    expect(all.map(({ at }) => at)).toEqual(
      all
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
    const read: AuditEntry[] = [];
    let cursor: string | null = null;
    do {
      const page = await audit.readPage({ folded: 'false', limit: '7', ...(cursor === null ? {} : { cursor }) });
      read.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(read).toEqual(all);
    const [{ count }] = await api.control.query<{ count: number }>('SELECT count(*) AS count FROM event');
    expect(read).toHaveLength(count);
  });

  it('lists a job once, with the number of events that it caused', async () => {
    const targets = await Promise.all(['127.8.2.1', '127.8.2.2', '127.8.2.3'].map((ip) => registerTarget(api, ip)));
    const cause = (await audit.readPage({ kind: 'target', entity: targets[0].id })).items[0];
    await audit.appendCaused(
      targets.map(({ id }) => `target-${id}`),
      cause.correlationId,
    );
    const folded = await audit.readPage({ kind: 'target' });
    expect(folded.items.find(({ id }) => id === cause.id)).toMatchObject({ causedCount: 3 });
    expect(folded.items.filter(({ causationId }) => causationId !== null)).toEqual([]);
    const each = await audit.readPage({ correlation: cause.correlationId });
    expect(each.items.map(({ event }) => event)).toEqual([...Array(3).fill('TargetRemoved'), 'TargetRegistered']);
    const ofEntity = await audit.readPage({ kind: 'target', entity: targets[1].id });
    expect(ofEntity.items[0]).toMatchObject({ event: 'TargetRemoved', actor: { id: 'user:job', name: null } });
    expect((await audit.readPage({ kind: 'target', entity: targets[1].id, folded: 'true' })).items).toHaveLength(1);
    expect((await audit.readPage({ actor: 'user:job', folded: 'false' })).items).toHaveLength(3);
    expect((await audit.readPage({ actor: 'user:job' })).items).toEqual([]);
  });

  it('is followed: each event once, oldest first, also of concurrent commands', async () => {
    let after = await followUpTo('127.8.3.100');
    const ips = Array.from({ length: 40 }, (_, n) => `127.8.3.${n + 1}`);
    const registered = Promise.all(ips.map((ip) => registerTarget(api, ip)));
    const seen: AuditEntry[] = [];
    const deadline = Date.now() + 20_000;
    while (seen.length < ips.length && Date.now() < deadline) {
      const page = await audit.readPage({ after, kind: 'target', limit: '9' });
      expect(page.next).toBeNull();
      seen.push(...page.items);
      after = page.newest;
    }
    await registered;
    expect(seen.map(({ entity }) => entity.name).sort()).toEqual([...ips].sort());
    expect((await audit.readPage({ after })).items).toEqual([]);
  });

  it('is read and followed while an append is open, up to what the relay has published; its events come later', async () => {
    let after = await followUpTo('127.8.4.100');
    const before = await registerTarget(api, '127.8.4.1');
    const [{ head }] = await api.control.query<{ head: number }>('SELECT max(position) AS head FROM event');
    const relay = `INSERT INTO relay_cursor (name, position) VALUES ('test', $1) ON CONFLICT (name) DO UPDATE SET position = $1`;
    await api.control.execute(relay, [head]);
    let appended: (() => void) | undefined;
    const open = new Promise<void>((resolve) => (appended = resolve));
    let commit: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    const appending = api.control.transaction(async (sql) => {
      await sql.query('SELECT pg_advisory_xact_lock_shared($1)', [APPEND_LOCK]);
      await sql.execute(
        `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, 'target-open', 1, 'TargetRemoved', '{}', $2::jsonb)`,
        [newId(), JSON.stringify({ actor: 'user:open', causationId: null, correlationId: newId() })],
      );
      appended?.();
      await held;
    });
    await open;
    const list = await audit.readPage({ kind: 'target', limit: '1' });
    expect(list.items.map(({ entity }) => entity.id)).toEqual([before.id]);
    const followed: string[] = [];
    const follow = async (): Promise<string[]> => {
      const page = await audit.readPage({ after });
      after = page.newest;
      followed.push(...page.items.map(({ entity }) => entity.id));
      return followed;
    };
    await expect.poll(follow).toEqual([before.id]);
    commit?.();
    await appending;
    await expect.poll(follow).toEqual([before.id, 'open']);
    await api.control.execute(`DELETE FROM relay_cursor WHERE name = 'test'`);
  });

  it('describes events of a newer release by their type', async () => {
    const metadata = { actor: 'system:newer', causationId: null, correlationId: newId() };
    await api.control.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata) VALUES ($1, 'planet-9', 1, 'PlanetFound', '{}', $2::jsonb)`,
      [newId(), JSON.stringify(metadata)],
    );
    expect((await audit.readPage({ actor: 'system:newer' })).items).toMatchObject([
      { did: 'PlanetFound, an event of a newer release', entity: { kind: 'planet', id: '9', name: null }, changes: [] },
    ]);
  });

  it.each([
    ['kind=planet', '?kind'],
    ['entity=1', '?entity'],
    ['correlation=x&actor=ada', '?correlation'],
    ['from=yesterday', '?from'],
    ['from=now&to=now-1h', '?from'],
    ['event=;', '?event'],
    ['actor=%00', '?actor'],
    ['kind=user&entity=a%00', '?entity'],
    ['correlation=%01', '?correlation'],
    ['cursor=x', '?cursor'],
    ['cursor=', '?cursor'],
    ['after=x', '?cursor'],
    ['limit=0', '?limit'],
    ['limit=201', '?limit'],
    ['folded=maybe', '?folded'],
    ['colour=red', '?colour'],
  ])('refuses %s', async (query, pointer) => {
    const { status, text } = await refusal(query);
    expect(status, text).toBe(400);
    expect(text).toContain(pointer);
  });
});
