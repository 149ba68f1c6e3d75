import type { TierVersionView, TierView } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

const POLICY = {
  probeIntervalMs: 10_000,
  probeTimeoutMs: 500,
  checks: [{ type: 'icmp_ping', expect: 'reachable' }],
  agentSelection: { strategy: 'distributed', count: 3, diversity: { minRegions: 2, minProviders: 1 } },
  verdictRule: { missesToFail: 3, successesToRecover: 1, quorum: 2 },
};

const create = (name: string, change: object = {}, headers = {}) =>
  api.postJson('/api/v1/tiers', { name, ...POLICY, ...change }, headers);
const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  api.sendJson(method, `/api/v1/tiers/${path}`, body, headers);
const change = (name: string, more: object, headers = {}) => send('PUT', name, { ...POLICY, ...more }, headers);
const read = async (name: string) => (await (await send('GET', name)).json()) as TierView;

describe('the API of tiers', () => {
  beforeAll(async () => {
    api = await startTestApi();
  }, 60_000);
  afterAll(() => api.stop());

  it('creates a tier, completed with defaults', async () => {
    const response = await create('gold');
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/api/v1/tiers/gold');
    expect(response.headers.get('etag')).toBe('"1"');
    const tier = (await response.json()) as TierView;
    expect(tier).toEqual({
      ...POLICY,
      ...{ name: 'gold', builtIn: false, version: 1, targetCount: 0, successor: null },
      checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
      agentSelection: { ...POLICY.agentSelection, regions: [], requireTags: {}, excludeTags: {} },
      verdictRule: {
        ...POLICY.verdictRule,
        ...{
          degraded: { latencyMs: null, lossPercent: 10 },
          independentVoters: 'none',
          hourOfWeek: false,
          confirm: true,
        },
      },
    });
    expect(await read('gold')).toEqual(tier);
    expect((await create('gold')).status).toBe(409);
  });

  it('creates it once for repeated requests with a key', async () => {
    const key = { 'idempotency-key': 'create-silver' };
    const first = await create('silver', {}, key);
    const again = await create('silver', {}, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect(again.headers.get('etag')).toBe('"1"');
  });

  it.each([
    [{ name: 'Gold' }, '#/name'],
    [{ name: '-a' }, '#/name'],
    [{ name: 7 }, '#/name'],
    [{ name: 'a'.repeat(64) }, '#/name'],
    [{ name: 'x', probeTimeoutMs: 10_000 }, '#/probeTimeoutMs'],
    [{ name: 'x', checks: [{ type: 'icmp_ping', expect: 'reachable', ttl: 1 }] }, '#/checks/0/ttl'],
    [{ name: 'x', verdictRule: { ...POLICY.verdictRule, quorum: 4 } }, '#/verdictRule/quorum'],
    [{ name: 'x', interval: 7 }, '#/interval'],
  ])('refuses %j at %s', async (body, pointer) => {
    const response = await create('x', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid', errors: [{ pointer }] });
  });

  it('changes a tier with If-Match, and creates no version for the same policy', async () => {
    await create('bronze');
    const response = await change('bronze', { probeIntervalMs: 20_000 }, { 'if-match': '"1"' });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBe('"2"');
    expect((await change('bronze', { probeIntervalMs: 20_000 })).headers.get('etag')).toBe('"2"');
    expect((await change('bronze', {}, { 'if-match': '"1"' })).status).toBe(412);
    expect((await change('absent', {})).status).toBe(404);
    expect((await change('bronze', { name: 'bronze' })).status).toBe(400);
  });

  it('lets one of two concurrent changes of a version win', async () => {
    await create('contested');
    const changes = [5_000, 6_000, 7_000, 8_000].map((probeIntervalMs) =>
      change('contested', { probeIntervalMs }, { 'if-match': '"1"' }),
    );
    const statuses = (await Promise.all(changes)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412, 412, 412]);
  });

  it('changes a built-in tier, but does not remove it', async () => {
    expect((await change('fast', {})).status).toBe(200);
    expect(await read('fast')).toMatchObject({ builtIn: true, probeIntervalMs: 10_000 });
    const refused = await send('DELETE', 'fast?successor=standard');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('built in') as string });
  });

  it('lists who changed a tier, when and to what, also after its removal', async () => {
    await create('history');
    await change('history', { probeIntervalMs: 30_000 });
    const removed = await send('DELETE', 'history');
    expect(await removed.json()).toEqual({ name: 'history', state: 'removed', successor: null, targetCount: 0 });
    expect((await send('GET', 'history')).status).toBe(404);
    const { items, next } = (await (await send('GET', 'history/versions')).json()) as {
      items: TierVersionView[];
      next: number | null;
    };
    expect(next).toBeNull();
    expect(items.map(({ version, change: kind, policy }) => [version, kind, policy?.probeIntervalMs])).toEqual([
      [3, 'removed', undefined],
      [2, 'defined', 30_000],
      [1, 'defined', 10_000],
    ]);
    expect(items[1].by).toMatch(/^api-key:/);
    expect(items[1].byName).toEqual(expect.any(String));
    expect(Date.parse(items[0].at)).toBeGreaterThanOrEqual(Date.parse(items[1].at));
    expect(items[1].policy?.agentSelection.diversity).toEqual({ minRegions: 2, minProviders: 1 });
    const older = (await (await send('GET', 'history/versions?below=2')).json()) as { items: TierVersionView[] };
    expect(older.items.map(({ version }) => version)).toEqual([1]);
    expect((await send('GET', 'none/versions')).status).toBe(404);
    expect((await create('history')).headers.get('etag')).toBe('"4"');
    expect((await read('history')).checks).toMatchObject([{ check: 2 }]);
  });

  it.each(['viewer', 'operator'] as const)('lets a %s read tiers, but not change them', async (role) => {
    expect((await api.sendRequest('/api/v1/tiers/gold/versions', { role })).status).toBe(200);
    expect((await api.sendRequest('/api/v1/tiers/gold', { role, method: 'DELETE' })).status).toBe(403);
  });
});
