import { passInstant } from '@icmp-mon/platform/testing';
import type { TierAtView, TierView } from '@icmp-mon/tiers/contract';
import { TIER_VERSIONS } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowedApi, startFollowedApi } from './testing/followed-api';

let api: FollowedApi;

beforeAll(async () => {
  api = await startFollowedApi(TIER_VERSIONS);
});
afterAll(() => api.stop());

const read = (name: string, at?: string): Promise<Response> =>
  api.sendRequest(`/api/v1/tiers/${name}${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`);

describe('GET /tiers/{name}?at=', () => {
  it('returns the policy of then with its validity', async () => {
    const created = await api.postJson('/api/v1/tiers', { ...(await policyOf('fast')), name: 'gold' });
    expect(created.status).toBe(201);
    const before = (await passInstant(api.control)).toISOString();
    const policy = { ...(await policyOf('fast')), probeTimeoutMs: 700 };
    const changed = await api.sendJson('PUT', '/api/v1/tiers/gold', policy);
    expect(changed.status).toBe(200);
    const now = (await (await read('gold', 'now')).json()) as TierAtView;
    expect(now).toMatchObject({ name: 'gold', version: 2, probeTimeoutMs: 700, validTo: null });
    const then = (await (await read('gold', before)).json()) as TierAtView;
    expect(then).toMatchObject({ version: 1, at: before, probeTimeoutMs: 1_000, validTo: now.validFrom });
  });

  it.each([
    ['now-60d', 404],
    ['2999-01-01', 400],
    ['yesterday', 400],
  ])('at %s answers %i', async (at, status) => expect((await read('gold', at)).status).toBe(status));
});

async function policyOf(name: string): Promise<object> {
  const { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule } = (await (
    await read(name)
  ).json()) as TierView;
  return { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule };
}
