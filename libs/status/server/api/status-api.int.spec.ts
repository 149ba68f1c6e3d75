import { encodeSeriesBody, RttHistogram, SeriesBuilder, windowStart } from '@icmp-mon/probing/wire';
import type { StatusChangeView, TargetStatusView } from '@icmp-mon/status/contract';
import { ControlDatabase, DatabaseModule, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthPartsModule } from '@icmp-mon/platform/health';
import { createHttpApp, HttpModule, listen } from '@icmp-mon/platform/http';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredMeasuredTargets } from './stored-measured-targets';
import { checkStatusHistory } from './status-history.test-checks';
import { StatusApiModule } from '../modules/api.module';
import { AGENTS, AT_MS, Surroundings, targetOf, VOTES } from './status-api.test-fixture';

@Module({})
class TestApi {}

describe('the routes of the context status', () => {
  let databases: TestDatabases;
  let telemetry: TelemetryDatabase;
  let app: INestApplication;
  let address: string;

  beforeAll(async () => {
    databases = await testDatabase('both');
    const imports = [
      DatabaseModule.register(databases),
      Surroundings,
      CqrsModule.forRoot(),
      HttpModule,
      HealthPartsModule.register(),
      StatusApiModule.register({ shardCount: 2 }),
    ];
    const api: DynamicModule = { module: TestApi, imports };
    const created = await createHttpApp(api, { logger: false });
    app = created;
    address = `http://127.0.0.1:${await listen(created, 0, '127.0.0.1')}/api/v1`;
    telemetry = app.get(TelemetryDatabase);
    await telemetry.execute(`INSERT INTO agent_no (agent_id, name) VALUES ($1, 'fra-1')`, [AGENTS[0]]);
  });

  afterAll(async () => {
    await app.close();
    await databases.dropDatabases();
  });

  async function get<T>(path: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${address}/${path}`);
    return { status: response.status, body: (await response.json()) as T };
  }

  async function storeReply(targetKey: number, atMs: number): Promise<void> {
    const startMs = windowStart(atMs);
    const builder = new SeriesBuilder(1);
    builder.addSample(1, atMs - startMs, 0, 840);
    const body = Buffer.from(encodeSeriesBody(builder.buildSamples()));
    await telemetry.execute(
      `INSERT INTO probe_recent VALUES ($1, 1, 1, $2, 1, 1, 0, 0, 840, 840, 840, 0, 0, $3, $4, 1)`,
      [targetKey, new Date(startMs), Buffer.from(new RttHistogram().encodeBins()), body],
    );
  }

  it('report a target without any judgement as unknown without a reason', async () => {
    const { status, body } = await get<TargetStatusView>('targets/127.0.0.9/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      targetId: targetOf(9).id,
      ip: '127.0.0.9',
      vrf: 'default',
      status: 'unknown',
      reason: null,
      ...{ since: null, lastSuccessAt: null, votes: null, agents: [], refusedBy: [], asOf: null },
      maintenance: null,
    });
  });

  it('return the status, its votes, the verdicts with agent names, and the latest reply', async () => {
    await telemetry.execute(`INSERT INTO target_status VALUES (1, 1, 5, 'up', 'quorum_up', $1, $1, $2)`, [
      new Date(AT_MS),
      JSON.stringify(VOTES),
    ]);
    await telemetry.execute(
      `INSERT INTO target_verdict VALUES (1, 1, ARRAY[$1, $2]::uuid[], '{1,1}', 'uw', ARRAY[$3, 0]::bigint[])`,
      [AGENTS[0], AGENTS[1], AT_MS],
    );
    expect((await get<TargetStatusView>('targets/127.0.0.1/status')).body.lastSuccessAt).toBe(
      new Date(AT_MS).toISOString(),
    );
    const replyMs = Date.now() - 5_000;
    await storeReply(1, replyMs - 60_000);
    await storeReply(1, replyMs);
    const { body } = await get<TargetStatusView>(`targets/${targetOf(1).id}/status`);
    expect(body).toMatchObject({
      status: 'up',
      reason: 'quorum_up',
      votes: VOTES,
      since: new Date(AT_MS).toISOString(),
    });
    expect(body.lastSuccessAt).toBe(new Date(replyMs).toISOString());
    expect(body.agents).toEqual([
      {
        agentId: AGENTS[0],
        agentName: 'fra-1',
        check: 1,
        verdict: 'up',
        reason: null,
        since: new Date(AT_MS).toISOString(),
        detail: null,
      },
      {
        agentId: AGENTS[1],
        agentName: AGENTS[1],
        check: 1,
        verdict: 'unknown',
        reason: 'warming',
        since: null,
        detail: null,
      },
    ]);
  });

  it('show a target as unknown after three intervals without judgement, with its votes and verdicts', async () => {
    const control = app.get(ControlDatabase);
    await control.execute(
      `INSERT INTO tier (name, built_in, policy, version) VALUES ('standard', true, '{"probeIntervalMs": 15000}', 1)`,
    );
    const read = async (): Promise<TargetStatusView> => (await get<TargetStatusView>('targets/127.0.0.1/status')).body;
    const judgedAgo = (seconds: number): Promise<number> =>
      telemetry.execute(
        `INSERT INTO shard_position (shard, participant, position, log_at)
         SELECT s, 'status', 1, now() - $1 * interval '1 second' FROM generate_series(0, 1) s
         ON CONFLICT (shard, participant) DO UPDATE SET log_at = excluded.log_at`,
        [seconds],
      );
    const soon = { timeout: 20_000, interval: 100 };
    await expect.poll(async () => (await read()).reason, soon).toBe('not_judged');
    await judgedAgo(600);
    await expect.poll(async () => (await read()).asOf, soon).not.toBeNull();
    const stale = await read();
    expect(stale).toMatchObject({ status: 'unknown', reason: 'not_judged', since: stale.asOf });
    expect(stale.votes).toEqual({ selected: 2, needed: 2, up: 0, degraded: 0, down: 0, unknown: 2 });
    expect(stale.agents.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      Array(2).fill(['unknown', 'not_judged']),
    );
    expect((await get<{ asOf: string | null }>('status/changes?limit=1')).body.asOf).toBe(stale.asOf);
    await judgedAgo(0);
    await expect.poll(read, soon).toMatchObject({ status: 'up', reason: 'quorum_up', votes: VOTES });
  });

  it('return why an agent has no verdict, and which agents refuse', async () => {
    await telemetry.execute(
      `INSERT INTO target_verdict VALUES (2, 2, ARRAY[$1, $2]::uuid[], '{1,1}', 'lr', '{0,0}'::bigint[])`,
      AGENTS,
    );
    const { body } = await get<TargetStatusView>('targets/127.0.0.2/status');
    const measuredTargets = new StoredMeasuredTargets(telemetry);
    expect((await measuredTargets.byAgent()).get(AGENTS[0])).toMatchObject({ silent: 1 });
    expect((await measuredTargets.byAgent()).get(AGENTS[1])).toMatchObject({ silent: 0 });
    await telemetry.execute('DELETE FROM target_verdict WHERE target_key = 2');
    expect(body.refusedBy).toEqual([{ agentId: AGENTS[1], agentName: 'ber-1' }]);
    const said = Object.fromEntries(body.agents.map(({ agentId, reason, detail }) => [agentId, [reason, detail]]));
    expect(said).toEqual({
      [AGENTS[0]]: ['agent_lost', `no report since ${new Date(AT_MS).toISOString()}`],
      [AGENTS[1]]: ['agent_refuses', 'its policy file refuses the address'],
    });
  });

  checkStatusHistory(() => ({ telemetry, get }));

  it('page through the status changes of all targets, newest first, without changes of the reason alone or of removed targets', async () => {
    const expected: string[] = [];
    for (let at = 0; at < 60; at++) {
      const [shard, seq, key] = [at % 4, 1 + Math.floor(at / 4), 1 + (at % 12)];
      const from = at % 5 === 0 ? 'down' : 'up';
      const removed = at % 7 === 0;
      // Several changes have the same time.
      const atMs = AT_MS + Math.floor(at / 6) * 1_000;
      await telemetry.execute(
        `INSERT INTO status_change VALUES ($1, $2, $3, $4, $5, 'default', 'standard', $6, 'down', 'quorum_down', $7, $7, NULL, $8, $9, 1)`,
        [shard, seq, key, targetOf(key).id, targetOf(key).ip, from, new Date(atMs), JSON.stringify(VOTES), removed],
      );
      if (from !== 'down' && !removed) expected.push([atMs, shard, String(seq).padStart(3, '0')].join('/'));
    }
    const items: StatusChangeView[] = [];
    for (let cursor = ''; ;) {
      const { body } = await get<{ items: StatusChangeView[]; next: string | null }>(`status/changes?limit=7${cursor}`);
      items.push(...body.items);
      if (body.next === null) break;
      cursor = `&cursor=${body.next}`;
    }
    const places = items.map(({ id, at }) =>
      [Date.parse(at), id.split(':')[0], id.split(':')[1].padStart(3, '0')].join('/'),
    );
    expect(places).toEqual(expected.sort().reverse());
    const named = items.find(({ targetId }) => targetId === targetOf(1).id);
    expect(named).toMatchObject({ ip: '127.0.0.1', name: 'gw', from: 'up', to: 'down', reason: 'quorum_down' });
    expect(items.find(({ targetId }) => targetId === targetOf(12).id)).toMatchObject({ name: null });
  });

  it.each([
    ['targets/127.0.0.99/status', 404],
    ['status/changes?limit=201', 400],
    ['status/changes?cursor=abc', 400],
    ['targets/127.0.0.1/status?foo=1', 400],
  ])('answer %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});
