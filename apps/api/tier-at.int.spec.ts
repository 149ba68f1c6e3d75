import { EventFollower } from '@icmp-mon/platform/event-store';
import type { TierAtView, TierView } from '@icmp-mon/tiers/contract';
import { TIER_VERSIONS } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let follower: EventFollower;

beforeAll(async () => {
  api = await startTestApi();
  follower = new EventFollower({ database: api.control, projection: TIER_VERSIONS });
  follower.start();
});
afterAll(async () => {
  await follower.stop();
  await api.stop();
});

const read = (name: string, at?: string): Promise<Response> =>
  api.sendRequest(`/api/v1/tiers/${name}${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`);

describe('GET /tiers/{name}?at=', () => {
  it('returns the policy of then with its validity', async () => {
    const created = await api.postJson('/api/v1/tiers', { ...(await policyOf('fast')), name: 'gold' });
    expect(created.status).toBe(201);
    await pauseMs(5);
    const before = new Date().toISOString();
    await pauseMs(5);
    const changed = await api.sendRequest('/api/v1/tiers/gold', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...(await policyOf('fast')), probeTimeoutMs: 700 }),
    });
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

const pauseMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function policyOf(name: string): Promise<object> {
  const { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule } = (await (
    await read(name)
  ).json()) as TierView;
  return { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule };
}
