import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

const PING = { type: 'icmp_ping', expect: 'reachable' };
const SSH = { type: 'tcp_connect', port: 22, expect: 'reachable' };

const send = (method: string, path: string, ...checks: object[]) =>
  api.sendJson(method, `/api/v1/tiers${path}`, {
    ...(path === '' && { name: 'ports' }),
    ...{ probeIntervalMs: 10_000, probeTimeoutMs: 500, checks, agentSelection: { strategy: 'all' } },
    verdictRule: { missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
  });

/** Stores an agent whose latest report has these executors. */
async function reportExecutors(state: string, ...types: string[]): Promise<string> {
  const id = newId();
  await api.control.query(
    `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version, state, state_since)
     VALUES ($1, $2, 'eu', 'p', '{}', $2, now(), now(), 1, $3, now())`,
    [id, id, state],
  );
  await api.app
    .get(TelemetryDatabase)
    .query(`INSERT INTO agent_health (agent_id, received_at, telemetry) VALUES ($1, now(), $2::jsonb)`, [
      id,
      JSON.stringify({ executors: types.map((type) => ({ type, state: 'ok', detail: '' })) }),
    ]);
  return id;
}

describe('checks of a tier', () => {
  beforeAll(async () => {
    api = await startTestApi();
  }, 60_000);
  afterAll(() => api.stop());

  it('may be those of built-in tiers before any agent has reported', async () => {
    const refused = await send('POST', '', PING, SSH);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      detail:
        'no agent reports the executor tcp_connect; no agent has reported yet. Enrol an agent that has it, or remove the check.',
      errors: [{ pointer: '#/checks/1/type', detail: 'no agent reports the executor tcp_connect' }],
    });
    expect((await send('POST', '', PING)).status).toBe(201);
  });

  it('are refused by name if no agent in service reports their executor', async () => {
    await reportExecutors('active', 'icmp_ping');
    await reportExecutors('retired', 'tcp_connect');
    const refused = await send('PUT', '/ports', PING, SSH);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      detail: expect.stringContaining('agents report icmp_ping.') as string,
    });
  });

  it('are accepted as soon as an agent reports their executor, and stay acceptable in that tier', async () => {
    const agent = await reportExecutors('draining', 'icmp_ping', 'tcp_connect');
    expect(await (await send('PUT', '/ports', PING, SSH)).json()).toMatchObject({
      checks: [{ check: 1 }, { check: 2, type: 'tcp_connect', port: 22 }],
    });
    await api.control.query("UPDATE agent SET state = 'retired' WHERE id = $1", [agent]);
    expect((await send('PUT', '/ports', PING, { ...SSH, port: 23 })).status).toBe(200);
    expect((await send('PUT', '/fast', PING, SSH)).status).toBe(400);
  });
});
