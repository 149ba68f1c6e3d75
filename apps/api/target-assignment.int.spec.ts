import type { TargetAssignment } from '@icmp-mon/assignment/contract';
import { newId } from '@icmp-mon/platform/ids';
import { passInstant } from '@icmp-mon/platform/testing';
import type { TargetView } from '@icmp-mon/targets/contract';
import { TARGET_VERSIONS } from '@icmp-mon/targets/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedApi, startFollowedApi } from './testing/followed-api';
import { registerTarget } from './testing/register-target';

const AGENT = newId();

let api: FollowedApi;

beforeAll(async () => {
  api = await startFollowedApi(TARGET_VERSIONS);
  await api.control.execute(
    `INSERT INTO assignment_agent (id, name, region, provider, tags, state) VALUES ($1, 'fra-1', 'eu', 'p', '{}', 'active')`,
    [AGENT],
  );
});
afterAll(() => api.stop());

/** Writes a decision as the worker does, and returns a time after it. */
async function select({ id, key, ip, vrf }: TargetView, agents: readonly string[]): Promise<string> {
  await api.control.execute(
    `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, registered_at) VALUES ($1, $2, $3, $4, 'standard', now())
     ON CONFLICT (key) DO NOTHING`,
    [key, id, ip, vrf],
  );
  await api.control.execute('UPDATE assignment_target SET selected = $2::uuid[] WHERE key = $1', [key, agents]);
  return (await passInstant(api.control)).toISOString();
}

const request = (ref: string, query: Record<string, string> = {}): Promise<Response> =>
  api.sendRequest(`/api/v1/targets/${ref}/assignment?${new URLSearchParams(query).toString()}`);

async function read(ref: string, query?: Record<string, string>): Promise<TargetAssignment> {
  const response = await request(ref, query);
  const body = (await response.json()) as TargetAssignment;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

describe('GET /targets/{id}/assignment', () => {
  it('finds the target by id or address, now and at a time, also after its removal', async () => {
    const target = await registerTarget(api, '192.0.2.1');
    const then = await select(target, [AGENT]);
    const agents = [{ id: AGENT, name: 'fra-1', region: 'eu', provider: 'p' }];
    for (const ref of [target.id, '192.0.2.1']) {
      expect(await read(ref)).toMatchObject({ targetId: target.id, paused: false, agents, placement: null });
      expect(await read(ref, { at: then })).toMatchObject({ at: then, agents });
    }
    await select(target, []);
    expect((await read(target.id, { at: 'now' })).agents).toEqual([]);
    const removal = await api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' });
    expect(removal.status).toBeLessThan(300);
    expect((await request(target.id)).status).toBe(404);
    for (const ref of [target.id, '192.0.2.1']) {
      expect((await read(ref, { at: then })).agents).toEqual(agents);
      expect((await request(ref, { at: 'now' })).status).toBe(404);
    }
  });

  it('asks for the VRF of an address that was in several', async () => {
    await registerTarget(api, '192.0.2.2');
    const red = await registerTarget(api, '192.0.2.2', { vrf: 'red' });
    const times: Record<string, string>[] = [{}, { at: 'now' }];
    for (const at of times) {
      expect((await request('192.0.2.2', at)).status).toBe(409);
      expect(await read('192.0.2.2', { vrf: 'red', ...at })).toMatchObject({ targetId: red.id, since: null });
    }
  });

  it.each([
    ['192.0.2.3', { at: 'yesterday' }, 400, 'at must be a time such as'],
    ['192.0.2.3', { at: '2999-01-01' }, 400, 'at must not be in the future'],
    ['192.0.2.3', { at: 'now-1d' }, 400, 'earlier assignments are not stored'],
    ['192.0.2.3', { at: 'now' }, 404, '192.0.2.3 was no target at'],
    ['router', { at: 'now' }, 404, 'neither the id nor the address'],
  ])('refuses %s with %j', async (ref, query, status, detail) => {
    const response = await request(ref, query);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(detail) as string });
  });
});
