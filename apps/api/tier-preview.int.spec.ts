import type { PlacementCounts, TierPreview } from '@icmp-mon/assignment/contract';
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
});
