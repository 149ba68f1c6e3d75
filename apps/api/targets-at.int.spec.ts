import { passInstant } from '@icmp-mon/platform/testing';
import type { TargetVersionPage, TargetView } from '@icmp-mon/targets/contract';
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

const change = (id: string, patch: object): Promise<Response> => api.sendJson('PATCH', `/api/v1/targets/${id}`, patch);

const request = (at: string, query: Record<string, string> = {}): Promise<Response> =>
  api.sendRequest(`/api/v1/targets?${new URLSearchParams({ at, ...query }).toString()}`);

async function pageAt(at: string, query: Record<string, string> = {}): Promise<TargetVersionPage> {
  const response = await request(at, query);
  const page = (await response.json()) as TargetVersionPage;
  expect(response.status, JSON.stringify(page)).toBe(200);
  return page;
}

const instant = async (): Promise<string> => (await passInstant(api.control)).toISOString();

describe('GET /targets?at=', () => {
  it('lists the inventory as it was, marked with the time', async () => {
    const target = await register('192.0.2.1', { name: 'edge', tags: { site: 'fra' }, owner: 'noc' });
    const before = await instant();
    await change(target.id, { tags: { site: 'ams' }, tier: 'fast', paused: true });
    const after = await instant();
    // First the time after the change: its answer waits for the change.
    expect(await pageAt(after, { filter: 'site=fra' })).toEqual({ at: after, total: 0, next: null, items: [] });
    const then = await pageAt(before, { filter: 'site=fra' });
    const { id, key, ip, vrf } = target;
    expect(then).toEqual({
      at: before,
      total: 1,
      next: null,
      items: [
        {
          ...{ id, key, ip, vrf, name: 'edge', tags: { site: 'fra' }, tier: 'standard', paused: false, parents: [] },
          ...{ notes: null, owner: 'noc', registeredAt: target.registeredAt, version: 1 },
          ...{ validFrom: target.registeredAt, validTo: expect.any(String) as string },
        },
      ],
    });
    const now = await pageAt('now', { tier: 'fast' });
    expect(now.items).toMatchObject([
      { id, version: 2, paused: true, validFrom: then.items[0]?.validTo, validTo: null },
    ]);
  });

  it.each(['ip', 'name', 'tier'])('pages by %s in both directions, and counts', async (sort) => {
    for (let at = 1; at <= 5; at++) {
      const more = { tags: { sorted: sort }, tier: at % 2 === 0 ? 'fast' : 'standard', vrf: sort };
      await register(`198.51.100.${at}`, at === 3 ? more : { ...more, name: `Core-${6 - at}` });
    }
    const at = await instant();
    const wanted = {
      ip: ['1', '2', '3', '4', '5'],
      name: ['5', '4', '2', '1', '3'],
      tier: ['2', '4', '1', '3', '5'],
    }[sort];
    const queries: Record<string, string>[] = [{ filter: `sorted=${sort}` }, { vrf: sort }];
    for (const query of queries) {
      for (const order of ['asc', 'desc']) {
        const found: TargetVersionPage['items'] = [];
        for (let cursor: string | null = ''; cursor !== null;) {
          const page = await pageAt(at, { ...query, sort, order, limit: '2', ...(cursor !== '' && { cursor }) });
          expect(page.total).toBe(5);
          found.push(...page.items);
          cursor = page.next;
        }
        const ends = found.map(({ ip }) => ip.split('.')[3]);
        expect(order === 'asc' ? ends : ends.toReversed()).toEqual(wanted);
      }
    }
  });

  it('pages through all targets by address', async () => {
    const at = await instant();
    const all = await pageAt(at, { limit: '500' });
    expect(all.items).toHaveLength(all.total);
    const first = await pageAt(at, { limit: '3' });
    const second = await pageAt(at, { limit: '500', cursor: first.next ?? '' });
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect([first.total, second.total, second.next]).toEqual([all.total, all.total, null]);
    expect((await request(await instant(), { cursor: first.next ?? '' })).status).toBe(400);
  });

  it.each([
    [
      { filter: 'site=fra AND status=down' },
      '?filter',
      'At character 14: found "status", expected a field of this list (',
    ],
    [{ filter: 'agent=fra-1' }, '?filter', 'At character 1: found "agent", expected a field of this list ('],
    [{ filter: 'site=' }, '?filter', 'At character 6'],
    [{ sort: 'since' }, '?sort', 'sort must be one of ip, name, tier with at.'],
    [{ status: 'down' }, '?status', 'status cannot be combined with at'],
    [{ q: 'core' }, '?q', 'q cannot be combined with at'],
    [{ position: '5' }, '?position', 'position cannot be combined with at'],
    [{ cursor: 'x' }, '?cursor', 'The cursor is not valid'],
    [{ at: '2026-02-30T00:00:00Z' }, '?at', 'at must be a time such as'],
    [{ at: '2999-01-01' }, '?at', 'at must not be in the future'],
  ])('refuses %j', async (query, pointer, detail) => {
    const response = await request('now', query);
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { errors: { pointer: string; detail: string }[] };
    expect(problem.errors[0]).toMatchObject({ pointer, detail: expect.stringContaining(detail) as string });
  });

  it('answers 503 with the progress while the history is behind', async () => {
    await api.follower.stop();
    await register('203.0.113.1');
    const response = await request('now');
    expect(response.status).toBe(503);
    expect(response.headers.has('retry-after')).toBe(true);
    expect(await response.json()).toMatchObject({
      detail: expect.stringMatching(/\d+ % of the event store/) as string,
    });
    api.follower.start();
    const { items } = await pageAt('now', { filter: 'ip=203.0.113.1' });
    expect(items).toHaveLength(1);
  });
});
