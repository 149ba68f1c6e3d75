import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let next = 1;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const register = (ip: string, more?: object): Promise<TargetView> => registerTarget(api, ip, more);

const send = (method: string, ref: string, body: object, headers?: Record<string, string>): Promise<Response> =>
  api.sendJson(method, `/api/v1/targets/${ref}`, body, headers);

const read = async (ref: string): Promise<TargetView> =>
  (await (await api.sendRequest(`/api/v1/targets/${ref}`)).json()) as TargetView;

describe('members of a target', () => {
  it('are registered, read, listed and changed', async () => {
    const parent = await register('198.51.100.1');
    const members = { paused: true, parents: ['198.51.100.1'], notes: 'Rack 7\n\tport 12', owner: 'core team' };
    const target = await register('198.51.100.2', members);
    const shown = { ...members, parents: [{ id: parent.id, ip: '198.51.100.1', vrf: 'default' }] };
    expect(target).toMatchObject(shown);
    expect(await read(target.id)).toMatchObject(shown);
    const page = (await (await api.sendRequest('/api/v1/targets?q=198.51.100.2')).json()) as { items: TargetView[] };
    expect(page.items[0]).toMatchObject(shown);

    const changed = await send('PATCH', target.id, { paused: false, notes: null, parents: [] });
    expect(await changed.json()).toMatchObject({ paused: false, notes: null, parents: [], owner: 'core team' });
    const again = await send('PATCH', target.id, { paused: false, parents: [], owner: 'core team' });
    expect(again.headers.get('etag')).toBe('"2"');
  });

  it.each([
    [{ paused: 'yes' }, '#/paused'],
    [{ parents: '192.0.2.1' }, '#/parents'],
    [{ parents: Array.from({ length: 17 }, () => '192.0.2.1') }, '#/parents'],
    [{ notes: 'x'.repeat(4_001) }, '#/notes'],
    [{ notes: 'a\u202eb' }, '#/notes'],
    [{ notes: ' \n ' }, '#/notes'],
    [{ owner: '' }, '#/owner'],
    [{ owner: 'two\nlines' }, '#/owner'],
  ])('are refused at their field: %j', async (body, pointer) => {
    const { id } = await register(`198.51.101.${next++}`);
    for (const [method, sent] of [
      ['PATCH', body],
      ['PUT', { tier: 'standard', ...body }],
    ] as const) {
      const response = await send(method, id, sent);
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as { errors: { pointer: string }[] };
      expect(errors.map((error) => error.pointer)).toContain(pointer);
    }
  });
});

describe('replacing a target', () => {
  it('removes what the body lacks, with ETag and If-Match', async () => {
    const target = await register('198.51.102.1', {
      name: 'edge',
      tags: { site: 'fra' },
      owner: 'core',
      paused: true,
    });
    const response = await send('PUT', target.id, { tier: 'fast', name: 'edge-2' }, { 'if-match': '"1"' });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('"2"');
    const { id, key, ip } = target;
    const replaced = { id, key, ip, name: 'edge-2', tier: 'fast', tags: {}, owner: null, paused: false };
    expect(await response.json()).toMatchObject(replaced);
    expect((await send('PUT', target.id, { tier: 'fast' }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await send('PUT', '198.51.102.1', { tier: 'fast', name: 'edge-2' })).headers.get('etag')).toBe('"2"');
  });

  it('accepts the address and VRF of the target in any notation, and refuses others', async () => {
    const { id } = await register('2001:db8:102::1', { vrf: 'lab' });
    const same = { tier: 'standard', ip: '2001:DB8:102:0::1', vrf: 'lab', name: null, notes: null, owner: null };
    expect((await send('PUT', id, same)).status).toBe(200);
    for (const [body, pointer] of [
      [{ ...same, ip: '2001:db8:102::2' }, '#/ip'],
      [{ ...same, ip: 'no address' }, '#/ip'],
      [{ ...same, vrf: 'default' }, '#/vrf'],
      [{ ip: same.ip }, '#/tier'],
      [{ ...same, tier: 'no-such-tier' }, '#/tier'],
      [{ ...same, status: 'up' }, '#/status'],
    ] as const) {
      const response = await send('PUT', id, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
    }
    expect((await send('PUT', '01936d2e-7c1a-7b3e-9a51-000000000000', same)).status).toBe(404);
  });
});
