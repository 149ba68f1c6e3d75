import type { InventorySource, InventorySourceList } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './testing/problem-of';
import { startTestApi, type TestApi } from './testing/test-api';

const PATH = '/api/v1/inventory-sources';
const NETBOX = {
  name: 'NetBox',
  kind: 'netbox',
  location: 'https://netbox.example.net',
  tier: 'fast',
  credential: 'nbt_secret-token',
};

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

async function define(change: object = {}): Promise<InventorySource> {
  const response = await api.postJson(PATH, { ...NETBOX, ...change });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as InventorySource;
}

describe('inventory sources', () => {
  it('are defined with an ETag and a location, disabled, and never show the credential', async () => {
    const response = await api.postJson(PATH, NETBOX, { 'Idempotency-Key': 'define-1' });
    const text = await response.text();
    const source = JSON.parse(text) as InventorySource;
    expect(response.status).toBe(201);
    expect([response.headers.get('etag'), response.headers.get('location')]).toEqual(['"1"', `${PATH}/${source.id}`]);
    expect(source).toMatchObject({
      isEnabled: false,
      hasCredential: true,
      statuses: ['active'],
      left: 'keep',
      nextRunAt: null,
    });
    const again = await api.postJson(PATH, NETBOX, { 'Idempotency-Key': 'define-1' });
    expect(await again.json()).toMatchObject({ id: source.id });
    const list = await (await api.sendRequest(PATH)).text();
    const events = await api.control.query<object>(`SELECT data FROM event WHERE stream = $1`, [
      `inventorysource-${source.id}`,
    ]);
    const [row] = await api.control.query<{ credential: Buffer }>(
      'SELECT credential FROM inventory_source WHERE id = $1',
      [source.id],
    );
    expect(events).toHaveLength(1);
    for (const shown of [text, list, JSON.stringify(events), row?.credential.toString('latin1')])
      expect(shown).not.toContain('nbt_');
    expect((JSON.parse(list) as InventorySourceList).items.map(({ name }) => name)).toContain('NetBox');
  });

  it('are changed and replaced with If-Match; the credential stays, but not for another server', async () => {
    const { id } = await define({ name: 'Changed' });
    const at = `${PATH}/${id}`;
    const patched = await api.sendJson('PATCH', at, { intervalS: 60, nameFrom: null }, { 'If-Match': '"1"' });
    expect(await patched.json()).toMatchObject({ intervalS: 60, nameFrom: null, hasCredential: true, version: 2 });
    expect((await api.sendJson('PATCH', at, { intervalS: 90 }, { 'If-Match': '"1"' })).status).toBe(412);
    const moved = await api.sendJson('PATCH', at, { location: 'https://other.example.net' });
    const problem = await problemOf(moved);
    expect([moved.status, problem.errors?.[0]?.pointer]).toEqual([400, '#/credential']);
    const { credential: _, ...without } = NETBOX;
    const replaced = await api.sendJson('PUT', at, { ...without, name: 'Changed', tier: 'standard' });
    expect(await replaced.json()).toMatchObject({
      tier: 'standard',
      intervalS: 3_600,
      nameFrom: 'dns_name',
      hasCredential: true,
    });
    expect(await (await api.sendJson('PATCH', at, { credential: null })).json()).toMatchObject({
      hasCredential: false,
    });
    expect((await api.sendJson('PATCH', at, { kind: 'http_sd', statuses: [] })).status).toBe(409);
  });

  it('name every fault at its member', async () => {
    const response = await api.postJson(PATH, { ...NETBOX, name: '', intervalS: 5, left: 'delete' });
    expect(response.status).toBe(400);
    const { errors = [] } = await problemOf(response);
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['#/intervalS', '#/left', '#/name']);
    const second = await problemOf(
      api.postJson(PATH, { ...NETBOX, name: 'Other', location: 'netbox', query: 'limit=1' }),
    );
    expect(second.errors?.map(({ pointer }) => pointer)).toEqual(['#/location', '#/query']);
    const third = await problemOf(api.postJson(PATH, { ...NETBOX, name: 'Other', tier: 'fats' }));
    expect(third.detail).toContain('fast');
    expect((await api.postJson(PATH, { ...NETBOX, name: 'nETBOX' })).status).toBe(409);
  });

  it('run on request, one run at a time, and list their runs', async () => {
    const { id } = await define({ name: 'Run' });
    const run = await api.postJson(`${PATH}/${id}/run?dryRun=true`, undefined);
    expect(run.status).toBe(202);
    expect(await run.json()).toMatchObject({ sourceId: id, dryRun: true, state: 'queued' });
    expect((await api.postJson(`${PATH}/${id}/run`, undefined)).status).toBe(409);
    expect((await api.postJson(`${PATH}/${id}/run?confirmedLeft=0`, undefined)).status).toBe(400);
    expect(await (await api.sendRequest(`${PATH}/${id}/runs`)).json()).toMatchObject({ items: [{ dryRun: true }] });
    expect((await api.sendRequest(`${PATH}/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await api.sendRequest(`${PATH}/${id}/runs`)).status).toBe(404);
    expect((await api.postJson(`${PATH}/${id}/run`, undefined)).status).toBe(404);
  });

  it('are read by engineers, and defined by administrators only', async () => {
    for (const role of ['viewer', 'operator'] as const)
      expect((await api.sendRequest(PATH, { role })).status).toBe(403);
    expect((await api.sendRequest(PATH, { role: 'engineer' })).status).toBe(200);
    const headers = { 'Content-Type': 'application/json' };
    const refused = await api.sendRequest(PATH, {
      method: 'POST',
      headers,
      body: JSON.stringify(NETBOX),
      role: 'engineer',
    });
    expect(refused.status).toBe(403);
  });
});
