import type { PlacementCounts, TierPreview } from '@icmp-mon/assignment/contract';
import type { TargetPage } from '@icmp-mon/targets/contract';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

describe('POST /tiers/{name}/preview', () => {
  it('answers for a policy, also of a tier that does not exist yet', async () => {
    const response = await api.postJson('/api/v1/tiers/gold/preview', BUILT_IN_TIERS.fast);
    expect(response.status).toBe(200);
    expect((await response.json()) as TierPreview).toEqual({
      ...{ targets: 0, moved: 0, unplaced: [], agents: [] },
      sentences: ['No target moves.'],
    });
  });

  it.each([
    [{ ...BUILT_IN_TIERS.fast, probeIntervalMs: 'often' }, '#/probeIntervalMs'],
    [{ successor: 'gold' }, '#/successor'],
    [{ successor: ['gold'] }, '#/successor'],
  ])('refuses %j', async (body, pointer) => {
    const response = await api.postJson('/api/v1/tiers/fast/preview', body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errors: unknown[] }).errors[0]).toMatchObject({ pointer });
  });
});

it('a preview is computed only for who may change tiers', async () => {
  for (const role of ['viewer', 'operator'] as const) {
    const response = await api.sendRequest('/api/v1/tiers/fast/preview', { method: 'POST', role });
    expect([role, response.status]).toEqual([role, 403]);
  }
});

describe('GET /placement', () => {
  it('answers without targets', async () => {
    const response = await api.sendRequest('/api/v1/placement');
    expect((await response.json()) as PlacementCounts).toEqual({ items: [] });
  });

  it('has the filter for each count, which lists and counts the same targets', async () => {
    await api.control.execute(
      `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at, status, parents)
       SELECT k, gen_random_uuid(), ('192.0.2.' || k)::inet, 'default', '{}', 'fast', 1, now(), 'unknown', '{}' FROM generate_series(1, 4) AS k`,
    );
    await api.control.execute(
      `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, selected, shortfall, wanted, placed)
       SELECT key, id, host(ip), vrf, tier, '{}', CASE WHEN key < 3 THEN 'capacity' WHEN key = 3 THEN 'refused' END,
         CASE WHEN key < 4 THEN 2 END, CASE WHEN key < 4 THEN 0 END FROM target_list`,
    );
    const { items } = (await (await api.sendRequest('/api/v1/placement')).json()) as PlacementCounts;
    expect(items.map(({ count, filter }) => [count, filter])).toEqual([
      [2, 'tier=fast AND placement=capacity'],
      [1, 'tier=fast AND placement=refused'],
    ]);
    const listed = async (filter: string): Promise<(string | undefined)[]> => {
      const path = `/api/v1/targets?sort=ip&filter=${encodeURIComponent(filter)}`;
      const page = (await (await api.sendRequest(path)).json()) as TargetPage;
      expect(page.total).toBe(page.items.length);
      return page.items.map(({ placement }) => placement?.reason);
    };
    expect(await listed(items[0]?.filter ?? '')).toEqual(['capacity', 'capacity']);
    expect(await listed('placement!=ok')).toEqual(['capacity', 'capacity', 'refused']);
    expect(await listed('placement IN (ok, refused)')).toEqual(['refused', undefined]);
    const counts = await api.sendRequest('/api/v1/targets/counts?filter=placement%3Dok');
    expect(await counts.json()).toMatchObject({ unknown: 1, down: 0 });
  });
});
