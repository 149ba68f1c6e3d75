import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const register = (ip: string, more: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  api.postJson('/api/v1/targets', { ip, tier: 'standard', ...more }, headers);

async function registered(ip: string, more: object = {}): Promise<TargetView> {
  const response = await register(ip, more);
  expect(response.status).toBe(201);
  return (await response.json()) as TargetView;
}

const events = (targetId: string): Promise<{ type: string; metadata: { actor: string } }[]> =>
  api.control.query('SELECT type, metadata FROM event WHERE stream = $1 ORDER BY version', [`target-${targetId}`]);

describe('registering a target', () => {
  it('returns the target with its location and version, and the list shows it immediately', async () => {
    const response = await register('192.0.2.1', { name: 'edge-1', tags: { site: 'fra' } });
    const target = (await response.json()) as TargetView;
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/api/v1/targets/${target.id}`);
    expect(response.headers.get('etag')).toBe('"1"');
    expect(target).toMatchObject({
      ip: '192.0.2.1',
      vrf: 'default',
      name: 'edge-1',
      tags: { site: 'fra' },
      tier: 'standard',
      version: 1,
      status: 'unknown',
      reason: null,
      since: null,
    });
    for (const ref of [target.id, '192.0.2.1']) {
      const read = await api.sendRequest(`/api/v1/targets/${ref}`);
      expect(read.headers.get('etag')).toBe('"1"');
      expect(await read.json()).toEqual({ ...target, asOf: expect.any(String) });
    }
    const [event] = await events(target.id);
    expect(event).toMatchObject({
      type: 'TargetRegistered',
      metadata: { actor: expect.stringMatching(/^api-key:/) as string },
    });
  });

  it('recognises an address in every notation', async () => {
    const target = await registered('2001:DB8:0:0::1');
    expect(target.ip).toBe('2001:db8::1');
    const read = await api.sendRequest(`/api/v1/targets/${encodeURIComponent('2001:db8:0::0:1')}`);
    expect(await read.json()).toMatchObject({ id: target.id });
    expect((await register('2001:0db8::1')).status).toBe(409);
  });

  it.each([
    '127.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '-f/etc/passwd',
    '$(id)',
    '127.0.0.1\n',
    '127.0.0.1\0',
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
    '64:ff9b::1',
    '0.0.0.0/0',
    '224.0.0.1',
    '255.255.255.255',
    '169.254.169.254',
    'fd00:ec2::254',
    '240.0.0.1',
  ])('rejects %j and reports what is wrong with it', async (ip) => {
    const response = await register(ip);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ pointer: '#/ip' }] });
  });

  it.each([
    [{ tier: 'no-such-tier' }, '#/tier'],
    [{ tier: 7 }, '#/tier'],
    [{ tier: 'a\u0000b' }, '#/tier'],
    [{ name: '' }, '#/name'],
    [{ name: 'x'.repeat(201) }, '#/name'],
    [{ vrf: 'a b' }, '#/vrf'],
    [{ tags: { '': 'x' } }, '#/tags'],
    [{ tags: 'site=fra' }, '#/tags'],
    [{ colour: 'red' }, '#/colour'],
    [{ name: 'edge\u202e1' }, '#/name'],
    [{ name: 'edge\u200b1' }, '#/name'],
    [{ name: ' edge' }, '#/name'],
    [{ name: null }, '#/name'],
    [{ vrf: null }, '#/vrf'],
    [{ tags: null }, '#/tags'],
    [{ tags: { site: 'f\u200bra' } }, '#/tags'],
    [{ tags: { constructor: 'x' } }, '#/tags/constructor'],
    [{ tags: { toString: 'x' } }, '#/tags/toString'],
  ])('rejects %j at its field', async (more, pointer) => {
    const response = await register('192.0.2.200', more);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toContain(pointer);
  });

  it.each([
    [{ tier: undefined }, 'tier is required'],
    [{ tier: 'standart' }, 'There is no tier "standart"; did you mean "standard"? GET /api/v1/tiers lists them.'],
    [{ tags: {}, tag: {} }, 'There is no field "tag"; did you mean "tags"?'],
  ])('reports what %j lacks, or the probably intended name', async (more, detail) => {
    const response = await register('192.0.2.201', more);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { detail: string }[] };
    expect(errors.map((error) => error.detail)).toContain(detail);
  });

  it('rejects a second target with the same address and VRF, naming the first; another VRF makes another target', async () => {
    const first = await registered('192.0.2.2');
    const again = await register('192.0.2.2');
    expect(again.status).toBe(409);
    expect(again.headers.get('location')).toBe(`/api/v1/targets/${first.id}`);
    expect(await again.json()).toMatchObject({
      code: 'conflict',
      targetId: first.id,
      target: `/api/v1/targets/${first.id}`,
    });
    const elsewhere = await registered('192.0.2.2', { vrf: 'lab' });

    const ambiguous = await api.sendRequest('/api/v1/targets/192.0.2.2');
    expect(ambiguous.status).toBe(409);
    expect(await ambiguous.json()).toMatchObject({
      code: 'ambiguous',
      candidates: [
        { id: first.id, vrf: 'default' },
        { id: elsewhere.id, vrf: 'lab' },
      ],
    });
    expect(await (await api.sendRequest('/api/v1/targets/192.0.2.2?vrf=lab')).json()).toMatchObject({
      id: elsewhere.id,
    });
    expect((await api.sendRequest('/api/v1/targets/192.0.2.2?vrf=none')).status).toBe(404);
  });

  it('lets exactly one of several concurrent requests succeed', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => register('192.0.2.3')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });

  it('never reuses a key, even after a removal', async () => {
    const first = await registered('192.0.2.4');
    expect((await api.sendRequest(`/api/v1/targets/${first.id}`, { method: 'DELETE' })).status).toBe(204);
    const second = await registered('192.0.2.4');
    expect(second.key).toBeGreaterThan(first.key);
    expect(second.id).not.toBe(first.id);
  });
});

describe('an Idempotency-Key', () => {
  it('answers a repeat with the first response and does nothing again', async () => {
    const first = await register('192.0.2.10', {}, { 'idempotency-key': 'order-10' });
    const repeat = await register('192.0.2.10', {}, { 'idempotency-key': 'order-10' });
    expect([first.status, repeat.status]).toEqual([201, 201]);
    expect(repeat.headers.get('location')).toBe(first.headers.get('location'));
    const target = (await first.json()) as TargetView;
    expect(await repeat.json()).toEqual(target);
    expect(await events(target.id)).toHaveLength(1);
  });

  it('answers all of several concurrent requests with the same response', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => register('192.0.2.11', {}, { 'idempotency-key': 'order-11' })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 201));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as TargetView).id));
    expect(new Set(ids).size).toBe(1);
  });

  it('is rejected for another request, and is separate per caller', async () => {
    await register('192.0.2.12', {}, { 'idempotency-key': 'order-12' });
    const other = await register('192.0.2.13', {}, { 'idempotency-key': 'order-12' });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ detail: expect.stringContaining('another request') as string });
    const stranger = await fetch(`${api.url}/api/v1/targets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${api.keys.engineer}`,
        'content-type': 'application/json',
        'idempotency-key': 'order-12',
      },
      body: JSON.stringify({ ip: '192.0.2.13', tier: 'standard' }),
    });
    expect(stranger.status).toBe(201);
  });

  it('is rejected when it is not valid', async () => {
    expect((await register('192.0.2.14', {}, { 'idempotency-key': 'two words' })).status).toBe(400);
  });
});

describe('changing a target', () => {
  const change = (ref: string, patch: object, headers: Record<string, string> = {}): Promise<Response> =>
    api.sendRequest(`/api/v1/targets/${ref}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json', ...headers },
      body: JSON.stringify(patch),
    });

  it('changes the given fields, leaves the others, and returns the whole target', async () => {
    const target = await registered('192.0.2.30', { name: 'a', tags: { site: 'fra', role: 'core' } });
    const response = await change('192.0.2.30', { tier: 'fast', tags: { role: null, rack: 'r 1' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('"2"');
    const changed = (await response.json()) as TargetView;
    const tags = { site: 'fra', rack: 'r 1' };
    expect(changed).toEqual({ ...target, version: 2, tier: 'fast', tags, asOf: expect.any(String) as string });
    const read = (await (await api.sendRequest(`/api/v1/targets/${target.id}`)).json()) as TargetView;
    expect(read).toEqual({ ...changed, asOf: read.asOf });
    expect((await events(target.id)).at(-1)).toMatchObject({
      type: 'TargetChanged',
      metadata: { actor: expect.stringMatching(/^api-key:/) as string },
    });
    const found = (await (await api.sendRequest('/api/v1/targets?q=rack=')).json()) as TargetPage;
    expect(found.items.map(({ id }) => id)).toEqual([target.id]);
  });

  it('also accepts application/json, and null to remove the name', async () => {
    await registered('192.0.2.31', { name: 'a' });
    const response = await change('192.0.2.31', { name: null }, { 'content-type': 'application/json' });
    expect(await response.json()).toMatchObject({ name: null, version: 2 });
  });

  it('appends no event when nothing changes', async () => {
    const target = await registered('192.0.2.32', { name: 'a', tags: { site: 'fra' } });
    for (const patch of [{}, { name: 'a' }, { tags: { site: 'fra', none: null } }, { tier: 'standard' }]) {
      const response = await change(target.id, patch);
      expect([response.status, response.headers.get('etag')]).toEqual([200, '"1"']);
    }
    expect(await events(target.id)).toHaveLength(1);
  });

  it('supports If-Match and Idempotency-Key', async () => {
    const target = await registered('192.0.2.33');
    expect((await change(target.id, { name: 'b' }, { 'if-match': '"9"' })).status).toBe(412);
    const once = { 'if-match': '"1"', 'idempotency-key': 'change-33' };
    const answers = [await change(target.id, { name: 'b' }, once), await change(target.id, { name: 'b' }, once)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ headers }) => headers.get('etag'))).toEqual(['"2"', '"2"']);
    expect((await change(target.id, { name: 'c' }, once)).status).toBe(409);
    expect(await events(target.id)).toHaveLength(2);
  });

  it.each([
    [{ tier: 'no-such-tier' }, '#/tier'],
    [{ tier: null }, '#/tier'],
    [{ name: '' }, '#/name'],
    [{ name: 'a\u200b' }, '#/name'],
    [{ tags: null }, '#/tags'],
    [{ tags: { 'a b': 'x' } }, '#/tags'],
    [{ tags: { 'a b': null } }, '#/tags'],
    [{ tags: Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`k${at}`, 'x'])) }, '#/tags'],
    [{ ip: '192.0.2.35' }, '#/ip'],
    [{ vrf: 'lab' }, '#/vrf'],
  ])('rejects %j at its field', async (patch, pointer) => {
    await register('192.0.2.34', { tags: { site: 'fra' } });
    const response = await change('192.0.2.34', patch);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('answers 404 for an unknown target', async () => {
    expect((await change('192.0.2.99', { name: 'a' })).status).toBe(404);
  });
});

describe('removing a target', () => {
  it('removes it from the list; a second removal answers 404', async () => {
    const target = await registered('192.0.2.20');
    expect((await api.sendRequest('/api/v1/targets/192.0.2.20', { method: 'DELETE' })).status).toBe(204);
    expect((await api.sendRequest(`/api/v1/targets/${target.id}`)).status).toBe(404);
    expect((await api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await events(target.id)).map((event) => event.type)).toEqual(['TargetRegistered', 'TargetRemoved']);
  });

  it('supports If-Match', async () => {
    const target = await registered('192.0.2.21');
    const remove = (tag: string): Promise<Response> =>
      api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE', headers: { 'if-match': tag } });
    expect((await remove('"9"')).status).toBe(412);
    expect((await remove('nonsense')).status).toBe(412);
    expect((await remove('"1"')).status).toBe(204);
  });

  it('lets exactly one of several concurrent requests succeed', async () => {
    const target = await registered('192.0.2.22');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE', headers: { 'if-match': '"1"' } }),
      ),
    );
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    for (const status of statuses) expect([204, 404, 412]).toContain(status);
  });
});

describe('reading', () => {
  it.each(['no-such-name', '127.1', '00000000-0000-7000-8000-000000000000', '198.51.100.1'])(
    'does not find %s',
    async (ref) => {
      const response = await api.sendRequest(`/api/v1/targets/${ref}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'not_found' });
    },
  );

  it.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'sort=colour',
    'order=up',
    'status=broken',
    'cursor=xyz',
    'colour=red',
    'tier=a%00b',
    'position=-1',
    'position=x',
    'around=x',
  ])('refuses ?%s', async (query) => {
    const response = await api.sendRequest(`/api/v1/targets?${query}`);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors[0]?.pointer).toBe(`?${query.split('=')[0]}`);
  });

  it.each([
    ['status', 'abc', 1],
    ['ip', 'abc', 1],
    ['since', 'abc', 1],
    ['status', '0', 9_999_999_999],
  ])('rejects a forged cursor by %s: %s, %i', async (sort, value, key) => {
    const { next } = (await (await api.sendRequest(`/api/v1/targets?sort=${sort}&limit=1`)).json()) as TargetPage;
    const [list] = JSON.parse(Buffer.from(next ?? '', 'base64url').toString()) as [string];
    const cursor = Buffer.from(JSON.stringify([list, value, key])).toString('base64url');
    const response = await api.sendRequest(`/api/v1/targets?sort=${sort}&limit=1&cursor=${cursor}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: '?cursor' }] });
  });

  it('rejects a name that the database cannot store', async () => {
    const response = await api.sendRequest('/api/v1/tiers/a%00b');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid' });
  });

  it('lists tiers with the number of their targets', async () => {
    const { items } = (await (await api.sendRequest('/api/v1/tiers')).json()) as {
      items: { name: string; targetCount: number }[];
    };
    expect(items.map((tier) => tier.name)).toEqual(['fast', 'standard']);
    const fast = (await (await api.sendRequest('/api/v1/targets?tier=fast')).json()) as TargetPage;
    expect(items[0]?.targetCount).toBe(fast.total);
    expect(items[1]?.targetCount).toBeGreaterThan(0);
    const tier = await api.sendRequest('/api/v1/tiers/fast');
    expect(tier.headers.get('etag')).toBe('"1"');
    expect(await tier.json()).toMatchObject({ name: 'fast', probeIntervalMs: 5_000, builtIn: true });
    expect((await api.sendRequest('/api/v1/tiers/none')).status).toBe(404);
    expect(await (await api.sendRequest('/api/v1/tiers/fats')).json()).toMatchObject({
      detail: 'Tier not found; did you mean "fast"? GET /api/v1/tiers lists all tiers.',
    });
  });

  it('starts a page at any position, and around a target', async () => {
    const whole = (await (await api.sendRequest('/api/v1/targets?sort=ip')).json()) as TargetPage;
    const { items, position } = (await (
      await api.sendRequest('/api/v1/targets?sort=ip&position=3&limit=2')
    ).json()) as TargetPage;
    expect([position, items.map(({ id }) => id)]).toEqual([3, whole.items.slice(3, 5).map(({ id }) => id)]);
    const around = (await (
      await api.sendRequest(`/api/v1/targets?sort=ip&around=${items[0]?.id}&limit=2`)
    ).json()) as TargetPage;
    expect(around.position).toBe(2);
    expect((await api.sendRequest('/api/v1/targets?around=00000000-0000-7000-8000-000000000000')).status).toBe(404);
  });

  it('finds by parts of address, name and tag', async () => {
    await registered('198.51.100.7', { name: 'Core-Router', tags: { site: 'ams', role: 'core' } });
    const find = async (query: string): Promise<string[]> => {
      const page = (await (await api.sendRequest(`/api/v1/targets?${query}`)).json()) as TargetPage;
      expect(page.total).toBe(page.items.length);
      return page.items.map((item) => item.ip);
    };
    expect(await find('q=198.51.100.')).toEqual(['198.51.100.7']);
    expect(await find('q=core-r')).toEqual(['198.51.100.7']);
    expect(await find('q=site%3Dams')).toEqual(['198.51.100.7']);
    expect(await find('q=site%3Dnone')).toEqual([]);
    expect(await find('q=%25')).toEqual([]);
    expect(await find('q=198.51.100.&status=down')).toEqual([]);
    expect(await find('q=198.51.100.&status=down,unknown&tier=standard&vrf=default')).toEqual(['198.51.100.7']);
  });
});
