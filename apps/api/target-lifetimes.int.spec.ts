import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import type { TargetLifetimes, TargetView } from '@icmp-mon/targets/contract';
import { register as registerDecision, TARGET, TARGET_VERSIONS } from '@icmp-mon/targets/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedApi, startFollowedApi } from './testing/followed-api';
import { registerTarget } from './testing/register-target';

let api: FollowedApi;

beforeAll(async () => {
  api = await startFollowedApi(TARGET_VERSIONS);
});
afterAll(() => api.stop());

const register = (ip: string, more?: object): Promise<TargetView> => registerTarget(api, ip, more);
const remove = (id: string): Promise<Response> => api.sendJson('DELETE', `/api/v1/targets/${id}`);
const ask = (path: string): Promise<Response> => api.sendRequest(`/api/v1/targets/${path}`);
const lifetimes = async (ref: string): Promise<TargetLifetimes['items']> =>
  ((await (await ask(`${ref}/lifetimes`)).json()) as TargetLifetimes).items;

describe('GET /targets/{id}/lifetimes', () => {
  it('of a removed target contains when and by whom it was removed, and the target that has its address now', async () => {
    const first = await register('192.0.2.1');
    expect(await lifetimes(first.id)).toEqual([
      {
        ...{ id: first.id, ip: '192.0.2.1', vrf: 'default', registeredAt: first.registeredAt },
        ...{ removedAt: null, removedBy: null, removedByName: null },
      },
    ]);
    await remove(first.id);
    const removed = {
      ...{ id: first.id, removedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string },
      ...{ removedBy: expect.stringMatching(/^api-key:/) as string, removedByName: expect.any(String) as string },
    };
    expect(await lifetimes(first.id)).toMatchObject([removed]);
    const second = await register('192.0.2.1');
    // By its address, or by the id of another target there, a removed target is found once the history contains it.
    for (const ref of [first.id, second.id]) {
      await expect
        .poll(() => lifetimes(ref), { timeout: 20_000 })
        .toMatchObject([{ id: second.id, removedAt: null }, removed]);
    }
    await remove(second.id);
    await expect.poll(() => lifetimes('192.0.2.1'), { timeout: 20_000 }).toMatchObject([{ id: second.id }, removed]);
  });

  it('keeps the targets of different VRFs apart', async () => {
    const [one, other] = [await register('192.0.2.2'), await register('192.0.2.2', { vrf: 'lab' })];
    expect(await lifetimes(one.id)).toMatchObject([{ id: one.id }]);
    const ambiguous = await ask('192.0.2.2/lifetimes');
    expect(ambiguous.status).toBe(409);
    expect(await ambiguous.json()).toMatchObject({
      code: 'ambiguous',
      candidates: [
        { id: one.id, vrf: 'default' },
        { id: other.id, vrf: 'lab' },
      ],
    });
    expect(await (await ask('192.0.2.2/lifetimes?vrf=lab')).json()).toMatchObject({ items: [{ id: other.id }] });
  });

  it('of a target removed long ago, whose versions are deleted, is read from its events', async () => {
    const { id } = await register('192.0.2.4');
    await remove(id);
    await expect.poll(() => lifetimes('192.0.2.4'), { timeout: 20_000 }).toMatchObject([{ id }]);
    await api.control.execute('DELETE FROM target_version WHERE id = $1', [id]);
    expect(await lifetimes(id)).toMatchObject([{ id, ip: '192.0.2.4', removedBy: expect.any(String) as string }]);
    expect(await lifetimes('192.0.2.4')).toMatchObject([{ id }]);
  });

  it('of a target with an address that would be refused today is read from its events', async () => {
    const id = newId();
    const target = {
      ...{ targetId: id, key: 2_000_000_000, ip: '224.0.0.5', vrf: 'default' },
      name: null,
      tags: {},
      tier: 'fast',
    };
    const metadata = { actor: 'user:ada', causationId: null, correlationId: newId() };
    await new EventStore(api.control).execute(TARGET, id, (state) => registerDecision(state, target), { metadata });
    expect(await lifetimes(id)).toMatchObject([{ id, ip: '224.0.0.5' }]);
  });

  it.each(['192.0.2.99', '00000000-0000-4000-8000-000000000000', 'nonsense'])('of %s answers 404', async (ref) => {
    expect((await ask(`${ref}/lifetimes`)).status).toBe(404);
  });
});

describe('the results of a removed target', () => {
  it.each(['results', 'history?from=now-1h'])('are read by its id, and not by its address: %s', async (route) => {
    const { id } = await register('192.0.2.3');
    await remove(id);
    const response = await ask(`${id}/${route}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ items: [] });
    expect((await ask(`192.0.2.3/${route}`)).status).toBe(404);
    expect((await ask(`00000000-0000-4000-8000-000000000000/${route}`)).status).toBe(404);
  });
});
