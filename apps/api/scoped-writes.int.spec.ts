import { setTimeout } from 'node:timers/promises';
import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem-of';
import { SCOPE, ScopedFixture } from './testing/scoped-fixture';
import { startTestApi, type TestApi } from './testing/test-api';

const SOON_MS = 1_000;
/** Sessions of this database that wait for a lock. */
const WAITING = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

let api: TestApi;
let scoped: ScopedFixture;
const ACME = { customer: 'acme' };
const OUTSIDE = `You may register and change only targets of your scope, ${SCOPE}, and the target would not be one.`;

beforeAll(async () => {
  api = await startTestApi();
  scoped = await ScopedFixture.open(api);
});
afterAll(() => api.stop());

const register = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
  scoped.sendChange('POST', 'targets', { tier: 'standard', ...body }, headers);
const stored = async (id: string): Promise<TargetView> =>
  (await (await api.sendRequest(`/api/v1/targets/${id}`)).json()) as TargetView;

async function registered(ip: string, more: object = {}): Promise<TargetView> {
  const response = await register({ ip, tags: ACME, ...more });
  expect(response.status).toBe(201);
  return (await response.json()) as TargetView;
}

describe('a registration by a caller with a scope', () => {
  it('must be in the scope; it is refused with its reason before anything about the address is known', async () => {
    expect(await registered('10.1.1.1')).toMatchObject({ tags: ACME });
    for (const body of [{ ip: '10.1.1.2' }, { ip: '10.2.0.1', tags: { customer: 'boltcorp' } }, { ip: '10.2.0.1' }]) {
      expect(await problemOf(register(body))).toMatchObject({ status: 403, detail: OUTSIDE });
    }
  });

  it('does not name a target of others that has the address', async () => {
    const response = await register({ ip: '10.2.0.1', tags: ACME });
    expect(response.status).toBe(409);
    expect(response.headers.get('location')).toBeNull();
    expect(scoped.leaksIn((await response.text()).replaceAll('10.2.0.1', ''))).toEqual([]);
    const own = await register({ ip: '10.1.0.1', tags: ACME });
    expect(await own.json()).toMatchObject({ status: 409, targetId: scoped.ours[0].id });
  });

  it('has only parents of the scope', async () => {
    const [hidden] = scoped.theirs;
    for (const parent of [hidden.id, hidden.ip, '10.9.9.9']) {
      const refused = await problemOf(register({ ip: '10.1.1.3', tags: ACME, parents: [parent] }));
      expect(refused.detail).toBe(
        `"${parent}" is neither the id of a target nor the address of one in the VRF default, within your scope.`,
      );
    }
    await registered('10.1.1.4', { parents: [scoped.ours[0].id] });
  });

  it('is not answered again by its Idempotency-Key when the scope has changed', async () => {
    const headers = { 'idempotency-key': 'scoped-1' };
    const body = { ip: '10.1.1.5', tags: ACME };
    expect((await register(body, headers)).status).toBe(201);
    expect((await register(body, headers)).status).toBe(201);
    const setScope = (scope: string): Promise<Response> =>
      api.sendJson('PUT', `/api/v1/api-keys/${scoped.engineer.id}/scope`, { scope });
    expect((await setScope('customer=acme AND site=bonn')).status).toBe(204);
    const repeated = await register(body, headers);
    expect(repeated.status).toBe(409);
    expect(await repeated.text()).not.toContain('10.1.1.5');
    expect((await setScope(SCOPE)).status).toBe(204);
  });
});

describe('a change by a caller with a scope', () => {
  it('keeps the target in the scope', async () => {
    const { id } = await registered('10.1.2.1');
    expect(
      (await scoped.sendChange('PATCH', `targets/${id}`, { name: 'renamed', tags: { site: 'bonn' } })).status,
    ).toBe(200);
    for (const tags of [{ customer: 'boltcorp' }, { customer: null }]) {
      expect(await problemOf(scoped.sendChange('PATCH', `targets/${id}`, { tags }))).toMatchObject({
        status: 403,
        detail: OUTSIDE,
      });
    }
    const replaced = problemOf(scoped.sendChange('PUT', `targets/${id}`, { tier: 'standard', tags: { site: 'bonn' } }));
    expect(await replaced).toMatchObject({ status: 403, detail: OUTSIDE });
    expect(await stored(id)).toMatchObject({ name: 'renamed', tags: { customer: 'acme', site: 'bonn' } });
  });

  it('finds no target outside of the scope: neither by id nor by address, and changes nothing', async () => {
    const [hidden] = scoped.theirs;
    for (const ref of [hidden.id, hidden.ip, '10.1.0.2?vrf=boltvrf']) {
      for (const [method, body] of [
        ['PATCH', { tags: ACME }],
        ['PUT', { tier: 'standard', tags: ACME }],
        ['DELETE', undefined],
      ] as const) {
        const response = await scoped.sendChange(method, `targets/${ref}`, body);
        expect(response.status, `${method} ${ref}`).toBe(404);
        expect((await response.text()).replaceAll(hidden.id, '').replaceAll(hidden.ip, '')).not.toMatch(
          /boltc|boltown/,
        );
      }
    }
    expect((await scoped.sendChange('DELETE', `targets/${hidden.id}/personal-data`)).status).toBe(403);
    expect(await stored(hidden.id)).toMatchObject({ version: hidden.version, name: 'boltcore' });
  });

  it('keeps a parent that the caller does not see, also one that is added at the same time', async () => {
    const { id } = await registered('10.1.1.60', { parents: [scoped.ours[0].id] });
    const hidden = scoped.theirs.filter(({ vrf }) => vrf === 'default').map((target) => target.id);
    const changes = await api.control.transaction(async (sql) => {
      // The first change waits here with its event; the second has read the parents, and waits for the first.
      await sql.query('SELECT pg_advisory_xact_lock(7260102)');
      const parents = [scoped.ours[0].id, ...hidden];
      const first = api.sendJson('PATCH', `/api/v1/targets/${id}`, { parents });
      await expect.poll(() => api.control.query(WAITING), { timeout: 5_000 }).toHaveLength(1);
      const second = scoped.sendChange('PATCH', `targets/${id}`, { parents: [] });
      await setTimeout(SOON_MS);
      return { first, second };
    });
    expect([(await changes.first).status, (await changes.second).status]).toEqual([200, 200]);
    expect((await stored(id)).parents.map((parent) => parent.id).sort()).toEqual(hidden.sort());
  });

  it('keeps parents that the caller does not see, and shows only the others', async () => {
    const [first, second] = scoped.ours;
    const [hidden] = scoped.theirs;
    const patched = await scoped.sendChange('PATCH', `targets/${second.id}`, { parents: [] });
    expect(((await patched.json()) as TargetView).parents).toEqual([]);
    expect((await stored(second.id)).parents.map(({ id }) => id)).toEqual([hidden.id]);
    const body = { tier: 'standard', tags: ACME, parents: [first.ip] };
    const replaced = await scoped.sendChange('PUT', `targets/${second.id}`, body);
    expect(((await replaced.json()) as TargetView).parents.map(({ id }) => id)).toEqual([first.id]);
    expect((await stored(second.id)).parents.map(({ id }) => id).sort()).toEqual([first.id, hidden.id].sort());
  });

  it('does not name targets outside of the scope that depend on the target', async () => {
    const { id, ip } = await registered('10.1.2.2');
    const [hidden] = scoped.theirs;
    expect((await api.sendJson('PATCH', `/api/v1/targets/${hidden.id}`, { parents: [id] })).status).toBe(200);
    const removal = await scoped.sendChange('DELETE', `targets/${ip}`);
    expect(removal.status).toBe(409);
    expect(scoped.leaksIn(await removal.text())).toEqual([]);
    const circle = await scoped.sendChange('PATCH', `targets/${id}`, { parents: [scoped.ours[1].id] });
    expect(circle.status).toBe(409);
    expect(scoped.leaksIn(await circle.text())).toEqual([]);
    expect((await api.sendJson('PATCH', `/api/v1/targets/${hidden.id}`, { parents: [] })).status).toBe(200);
    expect((await scoped.sendChange('DELETE', `targets/${id}`)).status).toBe(204);
  });

  it('sees of the history only what the target was while it was in the scope', async () => {
    const response = await api.postJson('/api/v1/targets', {
      ...{ ip: '10.1.2.3', tier: 'standard', notes: 'boltsecret', tags: { customer: 'boltcorp' } },
    });
    const { id } = (await response.json()) as TargetView;
    const change = (body: object): Promise<Response> => api.sendJson('PATCH', `/api/v1/targets/${id}`, body);
    await change({ name: 'boltname' });
    await change({ notes: null, name: 'handed over', tags: { customer: 'acme', plant: null } });
    await change({ name: 'ours' });
    const { items } = await scoped.readJson<{ items: { version: number }[] }>(`targets/${id}/versions`);
    expect(items.map(({ version }) => version)).toEqual([4, 3]);
    expect(JSON.stringify(items)).not.toMatch(/bolt/);
    await change({ tags: { customer: 'boltcorp' } });
    expect((await scoped.askScoped(`/api/v1/targets/${id}/versions`)).status).toBe(404);
  });
});
