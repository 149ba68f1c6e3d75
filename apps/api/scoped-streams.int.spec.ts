import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventSourceClient } from './testing/event-source';
import { ProjectedEvents } from './testing/projected-events';
import { SCOPE, ScopedFixture } from './testing/scoped-fixture';
import { startTestApi, type TestApi } from './testing/test-api';

const WAIT = { timeout: 20_000, interval: 50 };
let api: TestApi;
let scoped: ScopedFixture;

beforeAll(async () => {
  api = await startTestApi();
  scoped = await ScopedFixture.open(api);
});
afterAll(() => api.stop());

describe('the stream of a caller with a scope', () => {
  const follow = async (key: string, headers: Record<string, string> = {}): Promise<EventSourceClient> =>
    EventSourceClient.open(`${api.url}/api/v1/status/stream`, { authorization: `Bearer ${key}`, ...headers });
  const patch = async (id: string, tags: object): Promise<void> => {
    const response = await api.sendJson('PATCH', `/api/v1/targets/${id}`, { tags });
    expect(response.status).toBe(200);
    await new ProjectedEvents(api.control).changed((await response.json()) as TargetView);
  };
  const idsOf = (client: EventSourceClient, event: string): unknown[] =>
    client.eventsOf(event).map(({ data }) => data['id']);

  it('has its targets only: one that leaves the scope is removed, one that enters it appears', async () => {
    const client = await follow(scoped.viewer.key);
    await expect.poll(() => client.eventsOf('counts')[0]?.data, WAIT).toMatchObject({ unknown: 2, agentsTotal: 0 });
    const [{ id: theirs }, , { id: entering }] = scoped.theirs;
    await patch(theirs, { plant: 'bergen' });
    await patch(entering, { customer: 'ACME', note: null });
    await expect.poll(() => idsOf(client, 'target'), WAIT).toEqual([entering]);
    await expect.poll(() => client.eventsOf('counts').at(-1)?.data, WAIT).toMatchObject({ unknown: 3 });
    await patch(entering, { customer: 'acmeco' });
    await expect.poll(() => idsOf(client, 'removed'), WAIT).toEqual([entering]);
    await patch(entering, { customer: 'other' });
    await patch(scoped.ours[1].id, { site: 'bonn' });
    await expect.poll(() => idsOf(client, 'target'), WAIT).toEqual([entering, scoped.ours[1].id]);
    expect(idsOf(client, 'removed')).toEqual([entering]);
    const parents = client.eventsOf('target').at(-1)?.data['parents'];
    expect(parents).toEqual([expect.objectContaining({ id: scoped.ours[0].id })]);
    await client.close();
  });

  it('begins with a reset for a client that was connected before, with any scope or none', async () => {
    for (const id of ['scoped', '12', 'nothing']) {
      const client = await follow(scoped.viewer.key, { 'last-event-id': id });
      await expect.poll(() => client.eventsOf('reset').length, WAIT).toBe(1);
      await client.close();
    }
    const unlimited = await follow(api.keys.viewer, { 'last-event-id': 'scoped' });
    await expect.poll(() => unlimited.eventsOf('reset').length, WAIT).toBe(1);
    await unlimited.close();
  });

  it('has no live results of other targets', async () => {
    expect((await scoped.askScoped(`/api/v1/targets/${scoped.theirs[0].id}/live`)).status).toBe(404);
    const client = await EventSourceClient.open(`${api.url}/api/v1/status/stream?live=${scoped.theirs[0].id}`, {
      authorization: `Bearer ${scoped.viewer.key}`,
    });
    await expect.poll(() => client.eventsOf('counts').length, WAIT).toBeGreaterThan(0);
    expect(client.eventsOf('result')).toEqual([]);
    await client.close();
  });

  it('ends when the scope changes', async () => {
    const client = await follow(scoped.engineer.key);
    await expect.poll(() => client.eventsOf('counts').length, WAIT).toBeGreaterThan(0);
    const setScope = (scope: string | null): Promise<Response> =>
      api.sendJson('PUT', `/api/v1/api-keys/${scoped.engineer.id}/scope`, { scope });
    expect((await setScope('customer=unknown')).status).toBe(204);
    const { total } = (await (await scoped.askScoped('/api/v1/targets', {}, scoped.engineer.key)).json()) as TargetPage;
    expect(total).toBe(0);
    await expect.poll(() => client.hasEnded, WAIT).toBe(true);
    expect((await setScope(SCOPE)).status).toBe(204);
  });
});
