import { newId } from '@icmp-mon/platform/ids';
import type { TagList, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
  await register('192.0.2.1', { name: 'fra-core-1', tags: { site: 'fra', role: 'core' } });
  await register('192.0.2.2', { name: 'fra-lab-1', tags: { site: 'FRA', role: 'lab', status: 'spare' } });
  await register('198.51.100.1', { tags: { site: 'ams' }, tier: 'fast', vrf: 'lab' });
  await register('2001:db8::1', {});
});
afterAll(() => api.stop());

async function register(ip: string, more: object): Promise<void> {
  const response = await api.postJson('/api/v1/targets', { ip, tier: 'standard', ...more });
  expect(response.status).toBe(201);
}

const list = (filter: string, more = ''): Promise<Response> =>
  api.sendRequest(`/api/v1/targets?sort=ip&filter=${encodeURIComponent(filter)}${more}`);
async function found(filter: string, more = ''): Promise<string[]> {
  const { items, total } = (await (await list(filter, more)).json()) as TargetPage;
  expect(total).toBe(items.length);
  return items.map(({ ip }) => ip);
}

describe('GET /targets?filter=', () => {
  it.each([
    ['site=fra AND NOT role=lab', ['192.0.2.1']],
    ['status IN (unknown, down)', ['192.0.2.1', '192.0.2.2', '198.51.100.1', '2001:db8::1']],
    ['ip IN 192.0.2.0/24', ['192.0.2.1', '192.0.2.2']],
    ['ip IN (2001:db8::/32, 198.51.100.1)', ['198.51.100.1', '2001:db8::1']],
    ['name ~ "*-core-*"', ['192.0.2.1']],
    ['tier=fast OR vrf=lab', ['198.51.100.1']],
    ['NOT site=*', ['2001:db8::1']],
    ['tag:status=spare', ['192.0.2.2']],
    ['agent=*', []],
  ])('selects targets: %s', async (filter, ips) => expect(await found(filter)).toEqual(ips));

  it('selects together with q, status and tier', async () => {
    expect(await found('site=fra', '&q=lab&status=unknown&tier=standard')).toEqual(['192.0.2.2']);
    expect(await found('site=fra', '&tier=fast')).toEqual([]);
  });

  it('counts the selected targets by status', async () => {
    const count = async (filter: string): Promise<unknown> =>
      (await api.sendRequest(`/api/v1/targets/counts?filter=${encodeURIComponent(filter)}`)).json();
    expect(await count('site=fra')).toMatchObject({ up: 0, degraded: 0, down: 0, unknown: 2 });
    expect(await count('status=up')).toMatchObject({ up: 0, degraded: 0, down: 0, unknown: 0 });
    expect(await count('')).toMatchObject({ unknown: 4 });
    expect(await count('site')).toMatchObject({ code: 'invalid', offset: 4, errors: [{ pointer: '?filter' }] });
  });

  it('selects the targets of an agent from the assignment', async () => {
    const [agentId, response] = [newId(), await api.sendRequest('/api/v1/targets/192.0.2.1')];
    const { key } = (await response.json()) as TargetView;
    await api.control.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags) VALUES ($1, 'fra-1', 'eu', 'own', '{}')`,
      [agentId],
    );
    await api.control.execute(
      `INSERT INTO assignment (agent_id, target_key, tier, ip, shard, position)
       VALUES ($1, $2, 'standard', '192.0.2.1', 0, 1)`,
      [agentId, key],
    );
    expect(await found('agent=fra-1')).toEqual(['192.0.2.1']);
    expect(await found('agent ~ "fra-*" AND site=fra')).toEqual(['192.0.2.1']);
    expect(await found('agent=FRA-1')).toEqual([]);
    expect(await found('agent!=fra-1')).toEqual(['192.0.2.2', '198.51.100.1', '2001:db8::1']);
  });

  it.each([
    ['status=dwn', 7, 'a status (down, degraded, unknown, up)', 'down'],
    ['ip IN 10.1.2.3/8', 6, 'the canonical form 10.0.0.0/8', '10.0.0.0/8'],
    ['(site=fra', 9, 'AND, OR or ")"', null],
    ['name=\u0000', 5, 'plain text: this contains an invisible character (U+0000)', null],
  ])('refuses %j at its place', async (filter, offset, expected, suggestion) => {
    const response = await list(filter);
    expect(response.status).toBe(400);
    const problem: unknown = await response.json();
    expect(problem).toMatchObject({ code: 'invalid', offset, expected, suggestion, errors: [{ pointer: '?filter' }] });
  });

  it('refuses a filter that is too long', async () => {
    const response = await list(`site=${'x'.repeat(2_000)}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ offset: 2_000, expected: 'at most 2000 characters' });
  });
});

describe('GET /targets/tags', () => {
  const tags = (query = ''): Promise<Response> => api.sendRequest(`/api/v1/targets/tags${query}`);
  const listed = async (query?: string): Promise<TagList> => (await tags(query)).json() as Promise<TagList>;

  it('lists keys, and the values of a key, that begin with a text', async () => {
    expect(await listed('?prefix=s')).toEqual({
      items: [
        { text: 'site', targets: 3 },
        { text: 'status', targets: 1 },
      ],
      isPartial: false,
    });
    expect(await listed('?key=site&limit=1')).toEqual({ items: [{ text: 'ams', targets: 1 }], isPartial: true });
    expect(await listed('?key=site&prefix=F')).toMatchObject({ items: [{ targets: 2 }] });
  });

  it.each([
    ['?key=a%20b', '?key'],
    ['?limit=101', '?limit'],
    ['?limit=x', '?limit'],
    ['?prefix=%00', '?prefix'],
    [`?prefix=${'x'.repeat(201)}`, '?prefix'],
  ])('refuses %s', async (query, pointer) => {
    const response = await tags(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ pointer }] });
  });
});
