import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';

const CAPACITY = {
  reason: 'capacity',
  text: '2 of 3 agents: eligible agents are at their capacity',
  wanted: 3,
  placed: 2,
};
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

/** Stores what the assignment decides in the worker. */
async function decide({ id, key, ip, vrf, tier }: TargetView, shortfall: string | null): Promise<void> {
  await api.control.execute(
    `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, selected, shortfall, wanted, placed)
     VALUES ($1, $2, $3, $4, $5, '{}', $6, $7, $8)`,
    [key, id, ip, vrf, tier, shortfall, shortfall === null ? null : 3, shortfall === null ? null : 2],
  );
}

async function read<T = TargetView>(path: string): Promise<T> {
  const response = await api.sendRequest(`/api/v1/targets${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function send(method: string, id: string, body: object): Promise<TargetView> {
  const response = await api.sendJson(method, `/api/v1/targets/${id}`, body);
  expect(response.status).toBe(200);
  return (await response.json()) as TargetView;
}

it('a target that is not placed as asked has its reason, wherever it is read or changed', async () => {
  const [short, asAsked] = [await registerTarget(api, '198.51.100.1'), await registerTarget(api, '198.51.100.2')];
  expect(short.placement).toBeNull();
  await decide(short, 'capacity');
  await decide(asAsked, null);
  expect((await read(`/${short.id}`)).placement).toEqual(CAPACITY);
  expect((await read('/198.51.100.1')).placement).toEqual(CAPACITY);
  expect((await read(`/${asAsked.id}`)).placement).toBeNull();
  const { items } = await read<TargetPage>('?sort=ip');
  expect(items.map(({ placement }) => placement)).toEqual([CAPACITY, null]);
  expect((await send('PATCH', short.id, { name: 'edge' })).placement).toEqual(CAPACITY);
  expect((await send('PUT', short.id, { tier: 'standard', owner: 'core' })).placement).toEqual(CAPACITY);
});

it('a paused target has none, also before the worker has evaluated it', async () => {
  const target = await registerTarget(api, '198.51.100.3');
  await decide(target, 'refused');
  expect((await send('PATCH', target.id, { paused: true })).placement).toBeNull();
  expect((await read(`/${target.id}`)).placement).toBeNull();
});
