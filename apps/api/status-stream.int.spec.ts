import type { TargetView } from '@icmp-mon/targets/contract';
import { forgetRemovals } from '@icmp-mon/targets/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventSourceClient } from './testing/event-source';
import { ProjectedEvents } from './testing/projected-events';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let projected: ProjectedEvents;
const open: EventSourceClient[] = [];
const WAIT = { timeout: 20_000, interval: 50 };

beforeAll(async () => {
  api = await startTestApi();
  projected = new ProjectedEvents(api.control);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});
afterAll(() => api.stop());

async function follow(lastEventId?: string): Promise<EventSourceClient> {
  const resume: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const client = await EventSourceClient.open(`${api.url}/api/v1/status/stream`, {
    authorization: `Bearer ${api.keys.viewer}`,
    ...resume,
  });
  open.push(client);
  return client;
}

async function register(ip: string): Promise<TargetView> {
  return (await (await api.postJson('/api/v1/targets', { ip, tier: 'standard' })).json()) as TargetView;
}

const registeredEvent = (target: TargetView): Promise<void> => projected.registered(target);
const becomes = (target: TargetView, to: string): Promise<void> => projected.statusChanged(target, to);

const statuses = (client: EventSourceClient, target: TargetView): unknown[] =>
  client
    .eventsOf('target')
    .filter((event) => event.data['id'] === target.id)
    .map((event) => event.data['status']);

describe('the status stream', () => {
  it('sends counts immediately, then a registration, each status change and a removal', async () => {
    const client = await follow();
    await expect.poll(() => client.eventsOf('counts').length, WAIT).toBeGreaterThan(0);
    expect(client.eventsOf('counts')[0]?.data).toMatchObject({ up: 0, agentsTotal: 0, resultsPerS: 0 });

    const target = await register('192.0.2.1');
    await registeredEvent(target);
    await expect.poll(() => statuses(client, target), WAIT).toEqual(['unknown']);
    await becomes(target, 'up');
    await expect.poll(() => statuses(client, target), WAIT).toEqual(['unknown', 'up']);
    await becomes(target, 'down');
    await expect.poll(() => statuses(client, target), WAIT).toEqual(['unknown', 'up', 'down']);
    await expect.poll(() => client.eventsOf('counts').at(-1)?.data['down'], WAIT).toBe(1);

    await api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' });
    await projected.removed(target);
    await expect
      .poll(() => client.eventsOf('removed').map((event) => event.data), WAIT)
      .toEqual([{ id: target.id, key: target.key }]);
    expect(Number(client.lastEventId)).toBeGreaterThan(0);
  });

  it('sends an event when listening began, and when windows of maintenance change', async () => {
    const client = await follow();
    const heard = (): number => client.eventsOf('maintenance').length;
    await expect.poll(heard, WAIT).toBe(1);
    await api.postJson('/api/v1/maintenance/silences', { scope: 'site=fra', minutes: 5, reason: 'noise' });
    await expect.poll(heard, WAIT).toBe(2);
  });

  it('resumes after the last id: missed events once and in order, then new ones', async () => {
    const [first, second] = [await register('192.0.2.11'), await register('192.0.2.12')];
    const before = await follow();
    await becomes(first, 'up');
    await expect.poll(() => statuses(before, first), WAIT).toEqual(['up']);
    const lastEventId = before.lastEventId ?? '';
    await before.close();

    await becomes(second, 'degraded');
    await becomes(first, 'down');
    const after = await follow(lastEventId);
    await expect
      .poll(() => after.eventsOf('target').map((event) => event.data['status']), WAIT)
      .toEqual(['degraded', 'down']);
    await becomes(second, 'up');
    await expect
      .poll(() => after.eventsOf('target').map((event) => event.data['status']), WAIT)
      .toEqual(['degraded', 'down', 'up']);
    const seqs = after.eventsOf('target').map((event) => Number(event.id));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(after.eventsOf('reset')).toEqual([]);
  });

  it('sends an id to resume from to a client that connected before any change', async () => {
    const client = await follow();
    await expect.poll(() => client.lastEventId, WAIT).not.toBeNull();
  });

  it.each([
    ['is from the future', '999999999'],
    ['is not an id of this stream', 'abc'],
  ])('requires the client to read the list again when the last id %s', async (_, lastEventId) => {
    const client = await follow(lastEventId);
    await expect.poll(() => client.eventsOf('reset').length, WAIT).toBe(1);
  });

  it('requires the client to read the list again when removals since the last id are no longer stored', async () => {
    const target = await register('192.0.2.21');
    const client = await follow();
    await expect.poll(() => client.lastEventId, WAIT).not.toBeNull();
    const lastEventId = client.lastEventId ?? '';
    await api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' });
    await projected.removed(target);
    await api.control.transaction((sql) => forgetRemovals(sql, new Date(Date.now() + 3_600_000)));
    const late = await follow(lastEventId);
    await expect.poll(() => late.eventsOf('reset').length, WAIT).toBe(1);
  });

  it('does not require a new client to read the list again, although removals that no client has read are no longer stored', async () => {
    const earlier = await follow();
    await expect.poll(() => earlier.lastEventId, WAIT).not.toBeNull();
    await api.control.execute(`UPDATE target_list_horizon SET list_seq = nextval('list_seq')`);
    const client = await follow();
    await expect.poll(() => client.lastEventId, WAIT).not.toBeNull();
    expect(client.eventsOf('reset')).toEqual([]);
  });

  it('requires clients, including reconnecting ones, to read the list again when shards are no longer judged, and when they are again', async () => {
    const target = await register('192.0.2.41');
    await becomes(target, 'up');
    const read = async (): Promise<TargetView> =>
      (await (await api.sendRequest(`/api/v1/targets/${target.id}`)).json()) as TargetView;
    const [client, away] = [await follow(), await follow()];
    for (const each of [client, away]) await expect.poll(() => each.lastEventId, WAIT).not.toBeNull();
    await away.close();
    expect(await read()).toMatchObject({ status: 'up', asOf: expect.any(String) });

    await api.judging.stopSince(600);
    await expect.poll(() => client.eventsOf('reset').length, WAIT).toBe(1);
    const asOf = new Date(Date.now() - 600_000);
    const shown = await read();
    expect(shown).toMatchObject({ status: 'unknown', reason: 'not_judged', since: shown.asOf });
    expect(Math.abs(Date.parse(shown.asOf ?? '') - asOf.getTime())).toBeLessThan(60_000);
    await expect
      .poll(() => client.eventsOf('counts').at(-1)?.data, WAIT)
      .toMatchObject({ up: 0, down: 0, degraded: 0 });
    const back = await follow(away.lastEventId ?? '');
    await expect.poll(() => back.eventsOf('reset').length, WAIT).toBe(1);
    const same = await follow(client.lastEventId ?? '');
    await becomes(target, 'down');
    await expect.poll(() => statuses(same, target), WAIT).toEqual(['unknown']);
    expect(same.eventsOf('reset')).toEqual([]);

    await api.judging.start();
    await expect.poll(() => client.eventsOf('reset').length, WAIT).toBe(2);
    expect(await read()).toMatchObject({ status: 'down', reason: 'quorum_down' });
  });

  it('sends every 2 s the age of the statuses and why they are late', async () => {
    const client = await follow();
    const latest = (): unknown => client.eventsOf('freshness').at(-1)?.data;
    await expect.poll(() => client.eventsOf('freshness').length, WAIT).toBeGreaterThan(1);
    expect(latest()).toMatchObject({ late: null, statusesAgeMs: expect.any(Number), resultsAgeMs: expect.any(Number) });
    await api.judging.stopSince(600);
    await expect.poll(latest, WAIT).toMatchObject({ late: 'no projector has ever run', health: { state: 'bad' } });
    const { statusesAgeMs, at } = latest() as { statusesAgeMs: number; at: string };
    expect(statusesAgeMs).toBeGreaterThanOrEqual(600_000);
    // The current time, by which a page computes ages, regardless of the age of the statuses.
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(30_000);
    await api.judging.start();
    await expect.poll(latest, WAIT).toMatchObject({ late: null });
  });

  it('rejects live results of more targets than the limit', async () => {
    const live = Array.from({ length: 21 }, (_, at) => `192.0.2.${at}`).join();
    const answer = await api.sendRequest(`/api/v1/status/stream?live=${live}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '?live' }] });
  });

  it('sends the same to many clients, and continues when all but one have left', async () => {
    const target = await register('192.0.2.31');
    const clients = await Promise.all(Array.from({ length: 10 }, () => follow()));
    for (const client of clients) await expect.poll(() => client.lastEventId, WAIT).not.toBeNull();
    await becomes(target, 'up');
    for (const client of clients) await expect.poll(() => statuses(client, target), WAIT).toEqual(['up']);
    await Promise.all(clients.slice(1).map((client) => client.close()));
    await becomes(target, 'down');
    await expect.poll(() => statuses(clients[0] ?? client0(), target), WAIT).toEqual(['up', 'down']);
  });
});

function client0(): never {
  throw new Error('no client is open');
}
