import type { TargetChangePage, TargetView } from '@icmp-mon/targets/contract';
import { TARGET_VERSIONS } from '@icmp-mon/targets/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedApi, startFollowedApi } from './testing/followed-api';
import { registerTarget } from './testing/register-target';

let api: FollowedApi;

beforeAll(async () => {
  api = await startFollowedApi(TARGET_VERSIONS);
});
afterAll(() => api.stop());

const register = (ip: string, more?: object): Promise<TargetView> => registerTarget(api, ip, more);

const send = (method: string, id: string, body?: object): Promise<Response> =>
  api.sendJson(method, `/api/v1/targets/${id}`, body);

const versions = (ref: string, query = ''): Promise<Response> =>
  api.sendRequest(`/api/v1/targets/${ref}/versions${query}`);
const pageOf = async (ref: string, query = ''): Promise<TargetChangePage> => {
  const response = await versions(ref, query);
  expect(response.status).toBe(200);
  return (await response.json()) as TargetChangePage;
};

describe('GET /targets/{id}/versions', () => {
  it('lists when, by whom and what, newest first', async () => {
    const { id, registeredAt } = await register('192.0.2.1', { tags: { site: 'fra' } });
    await send('PATCH', id, { tags: { site: 'ams' }, paused: true });
    await send('DELETE', id);
    const { items, next } = await pageOf(id);
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { targetId: id, version: 3, kind: 'removed', changes: [] },
      {
        ...{ version: 2, kind: 'changed' },
        changes: [
          { member: 'paused', from: null, to: 'true' },
          { member: 'tag:site', from: 'fra', to: 'ams' },
        ],
      },
      { version: 1, kind: 'registered', at: registeredAt, changes: [{ member: 'tier' }, { member: 'tag:site' }] },
    ]);
    for (const { by, byName } of items) {
      expect(by).toMatch(/^api-key:/);
      expect(byName).toEqual(expect.any(String));
    }
  });

  it('names parents by their address, also a removed one', async () => {
    const parent = await register('192.0.2.8');
    const child = await register('192.0.2.9', { parents: [parent.id] });
    await send('PATCH', child.id, { parents: [] });
    await send('DELETE', parent.id);
    await expect
      .poll(async () => (await pageOf(child.id)).items.flatMap(({ changes }) => changes), { timeout: 30_000 })
      .toEqual([
        { member: 'parent', from: parent.id, to: null, ip: '192.0.2.8' },
        { member: 'tier', from: null, to: 'standard' },
        { member: 'parent', from: null, to: parent.id, ip: '192.0.2.8' },
      ]);
  });

  it('of an address lists all targets that had it, in pages', async () => {
    const first = await register('192.0.2.2');
    await send('DELETE', first.id);
    const second = await register('192.0.2.2');
    await send('PATCH', second.id, { name: 'again' });
    // The removed target is found by its address once the history contains it.
    await expect.poll(async () => (await pageOf('192.0.2.2')).items.length, { timeout: 20_000 }).toBe(4);
    const page = await pageOf('192.0.2.2', '?limit=3');
    const rest = await pageOf('192.0.2.2', `?limit=3&cursor=${page.next ?? ''}`);
    expect(rest.next).toBeNull();
    expect([...page.items, ...rest.items].map(({ targetId, kind }) => [targetId, kind])).toEqual([
      [second.id, 'changed'],
      [second.id, 'registered'],
      [first.id, 'removed'],
      [first.id, 'registered'],
    ]);
  });

  it('shows personal data until they are erased, also those in events of older releases', async () => {
    const { id, key } = await register('192.0.2.4', { name: 'Dora Example', owner: 'Dora Example' });
    await send('PATCH', id, { owner: 'Emil Example' });
    const shown = await pageOf(id);
    expect(shown.items[0]?.changes).toEqual([{ member: 'owner', from: 'Dora Example', to: 'Emil Example' }]);
    // As an older release wrote them.
    const clear = { targetId: id, key, ip: '192.0.2.4', vrf: 'default', name: 'Dora in clear', tags: {}, tier: 'fast' };
    await api.control.execute(
      `INSERT INTO event (id, stream, version, type, data, metadata)
       VALUES (gen_random_uuid(), $1, 3, 'TargetChanged', $2, '{"actor": "user:none"}')`,
      [`target-${id}`, JSON.stringify(clear)],
    );
    expect(JSON.stringify((await pageOf(id)).items[0])).toContain('Dora in clear');
    expect((await send('DELETE', id)).status).toBe(204);
    expect((await send('DELETE', `${id}/personal-data`)).status).toBe(204);
    const erased = await pageOf(id);
    expect(erased.items.map(({ kind }) => kind)).toEqual(['erased', 'removed', 'changed', 'changed', 'registered']);
    expect(JSON.stringify(erased)).not.toMatch(/Dora|Emil/);
    expect(erased.items.at(-1)?.changes).toContainEqual({ member: 'name', from: null, to: '(erased)' });
  });

  it('asks for the VRF of an address that was in several', async () => {
    await register('192.0.2.3');
    const lab = await register('192.0.2.3', { vrf: 'lab' });
    const response = await versions('192.0.2.3');
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: 'ambiguous',
      detail: '192.0.2.3 was in several VRFs (default, lab): choose one with ?vrf=.',
    });
    expect((await pageOf('192.0.2.3', '?vrf=lab')).items).toMatchObject([{ targetId: lab.id }]);
  });

  it.each([
    ['192.0.2.99', 404],
    ['00000000-0000-0000-0000-000000000000', 404],
    ['nonsense', 404],
    ['192.0.2.1?cursor=x', 400],
    ['192.0.2.1?limit=0', 400],
  ])('of %s answers %i', async (ref, status) => {
    const [path = '', query] = ref.split('?');
    expect((await versions(path, query === undefined ? '' : `?${query}`)).status).toBe(status);
  });
});
