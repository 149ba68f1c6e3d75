import type { BaselineBands, PairBaselines, Recalculation } from '@icmp-mon/baselines/contract';
import { encodeBaselines } from '@icmp-mon/baselines/server';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { addAgent } from './testing/stored-traces';
import { startTestApi, type TestApi } from './testing/test-api';

const IP = '198.51.100.9';
const HOUR_MS = 3_600_000;
const TO_MS = Date.parse('2026-11-30T09:00:00Z');
const band = { medianUs: 20_000, spreadUs: 1_000 };
const baseline = {
  ...{ ...band, lossFloorPpm: 12_000, meanRunCenti: 125, samples: 5_760, hoursUsed: 24, isKept: false },
  ...{ fromMs: TO_MS - 30 * HOUR_MS, toMs: TO_MS },
  leftOut: { outage: 6, maintenance: 1, isolated: 0, offLevel: 0, lossy: 0 },
};

let api: TestApi;
let target: string;
let agents: string[];

const read = async <T>(path: string): Promise<T> => {
  const response = await api.sendRequest(`/api/v1/${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
};

beforeAll(async () => {
  api = await startTestApi();
  target = (await registerTarget(api, IP, { vrf: 'default' })).id;
  agents = [await addAgent(api, 'ams-1'), await addAgent(api, 'ams-2')];
  const telemetry = api.app.get(TelemetryDatabase);
  const [{ key }] = await api.control.query<{ key: number }>('SELECT key FROM target_list WHERE id = $1', [target]);
  await telemetry.execute(
    `INSERT INTO agent_no (agent_no, agent_id, name) OVERRIDING SYSTEM VALUE VALUES (1, $1, 'ams-1')`,
    [agents[0]],
  );
  await telemetry.execute('INSERT INTO baseline VALUES ($1, 1, 0, 17, $2, $3)', [
    ...[key, new Date(TO_MS + HOUR_MS), encodeBaselines([{ agentNo: 1, baseline, band }])],
  ]);
  for (const [days, medianUs] of [
    [3, 12_000],
    [1, 20_000],
  ]) {
    await telemetry.execute('INSERT INTO baseline_change VALUES ($1, $2, 1, $3, $4, 1000, 5000)', [
      ...[new Date(TO_MS - days * 24 * HOUR_MS), key, agents[0], medianUs],
    ]);
  }
  await telemetry.execute('INSERT INTO baseline_shift VALUES (1, $1, $2, 1, $3, $4, $5, 12000, 900, 20000, 1000)', [
    ...[key, target, agents[0], new Date(TO_MS - 24 * HOUR_MS), new Date(TO_MS)],
  ]);
}, 60_000);
afterAll(() => api.stop());

it('the baselines of a pair are its own, or those of its region, with hours and shifts', async () => {
  const own = await read<PairBaselines>(`baselines/${agents[0]}/${IP}`);
  expect(own.checks[0]).toEqual({
    ...{ check: 1, source: 'pair', ...band, lossFloorRatio: 0.012, meanRun: 1.25, samples: 5_760 },
    calculation: {
      ...{ computedAt: '2026-11-30T10:00:00.000Z', run: 17, hoursUsed: 24, isKept: false, leftOut: baseline.leftOut },
      ...{ from: '2026-11-29T03:00:00.000Z', to: '2026-11-30T10:00:00.000Z' },
    },
  });
  expect(own.shifts).toEqual([
    {
      ...{ check: 1, since: '2026-11-29T09:00:00.000Z', adoptedAt: '2026-11-30T09:00:00.000Z' },
      ...{ before: { medianUs: 12_000, spreadUs: 900 }, after: { medianUs: 20_000, spreadUs: 1_000 } },
    },
  ]);
  const other = await read<PairBaselines>(`baselines/${agents[1]}/${target}`);
  expect(other.checks[0]).toMatchObject({ source: 'region', medianUs: 20_000, calculation: null });
  expect((await api.sendRequest(`/api/v1/baselines/${newId()}/${IP}`)).status).toBe(404);
  expect((await api.sendRequest(`/api/v1/baselines/${agents[0]}/${newId()}`)).status).toBe(404);
});

it('the bands of a target are its levels over a time, with the one before', async () => {
  const bands = await read<BaselineBands>(`targets/${IP}/baselines?from=2026-11-28&to=2026-11-30T12:00:00Z`);
  expect(bands).toMatchObject({ check: 1, complete: true, agents: [{ agentId: agents[0], agentName: 'ams-1' }] });
  expect(bands.agents[0].points.map(({ at, medianUs }) => [at, medianUs])).toEqual([
    ['2026-11-27T09:00:00.000Z', 12_000],
    ['2026-11-29T09:00:00.000Z', 20_000],
  ]);
  const later = await read<BaselineBands>(`targets/${IP}/baselines?from=2026-11-30&to=2026-12-01`);
  expect(later.agents[0].points.map(({ medianUs }) => medianUs)).toEqual([20_000]);
  expect((await api.sendRequest(`/api/v1/targets/${IP}/baselines?from=2026-12-01&to=2026-11-01`)).status).toBe(400);
});

it('a recalculation is accepted once per key, within limits, and shows its progress', async () => {
  const ask = (body: object, key: string): Promise<Response> =>
    api.postJson('/api/v1/baselines/recalculate', body, { 'idempotency-key': key });
  const first = await ask({ targets: [target], forget: true }, 'one');
  expect(first.status).toBe(202);
  const job = (await first.json()) as Recalculation;
  expect(first.headers.get('location')).toBe(`/api/v1/baseline-recalculations/${job.id}`);
  expect(job).toMatchObject({ state: 'queued', shards: 1, shardsDone: 0, pairs: 0, finishedAt: null });
  expect(((await (await ask({ targets: [target], forget: true }, 'one')).json()) as Recalculation).id).toBe(job.id);
  await api.control.execute(`UPDATE baseline_job_shard SET state = 'running' WHERE job_id = $1`, [job.id]);
  expect(await read<Recalculation>(`baseline-recalculations/${job.id}`)).toMatchObject({ state: 'running' });

  for (const body of [{ shards: [2] }, { shards: [0], targets: [target] }, { shards: [] }, { targets: ['x'] }])
    expect((await ask(body, newId())).status, JSON.stringify(body)).toBe(400);
  expect((await ask({ targets: [newId()] }, newId())).status).toBe(404);
  for (let more = 0; more < 9; more++) expect((await ask({}, newId())).status).toBe(202);
  expect((await ask({}, newId())).status).toBe(429);
  expect((await read<{ items: Recalculation[] }>('baseline-recalculations')).items).toHaveLength(10);
  expect((await api.sendRequest(`/api/v1/baseline-recalculations/${newId()}`)).status).toBe(404);
});
