import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import type { HealthFacts } from '@icmp-mon/platform/health';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNCOUNTED_PART } from './uncounted-health';

describe('the health part of uncounted results', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
  });

  afterAll(async () => {
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  const read = (): ReturnType<typeof UNCOUNTED_PART.readPart> =>
    UNCOUNTED_PART.readPart({ control, telemetry } as unknown as HealthFacts);

  async function agentNamed(name: string): Promise<string> {
    const id = newId();
    await control.execute(
      `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version)
       VALUES ($1, $2, 'eu', 'p', '{}', 'aa', now(), now(), 1)`,
      [id, name],
    );
    return id;
  }

  const uncounted = (id: string, reason: string, results: number, minutesAgo = 0): Promise<number> =>
    telemetry.execute(
      `INSERT INTO agent_uncounted (shard, agent_id, reason, minute, results, last_at)
       SELECT 0, $1, $2, date_trunc('minute', at), $3, at FROM (SELECT now() - $4::integer * interval '1 minute' AS at) x`,
      [id, reason, results, minutesAgo],
    );

  const reported = (id: string, startedS: number, firstS: number, lastS: number, host: string): Promise<number> =>
    telemetry.execute(
      `INSERT INTO agent_process (agent_id, started_at, first_seen_at, last_seen_at, peer, host)
       SELECT $1, now() - $2::integer * s, now() - $3::integer * s, now() - $4::integer * s, '10.0.0.5', $5
       FROM (SELECT interval '1 second' AS s) x`,
      [id, startedS, firstS, lastS, host],
    );

  it('reports dropped or moved results immediately, repeats and late results once they persist, and copies of an agent first', async () => {
    expect(await read()).toMatchObject({ state: 'ok', summary: 'All results are counted as measured', rows: [] });
    const [brief, wrong, twin] = [await agentNamed('brief'), await agentNamed('wrong'), await agentNamed('twin')];
    await uncounted(brief, 'not_assigned', 30);
    await uncounted(brief, 'older_boot', 99, 10);
    await reported(brief, 600, 600, 20, 'host-a');
    await reported(brief, 15, 15, 1, 'host-a');
    expect(await read()).toMatchObject({
      state: 'ok',
      rows: [{ state: 'ok', values: { agent: 'brief', results: 30 } }],
    });
    for (const minutesAgo of [1, 2]) await uncounted(brief, 'not_assigned', 1, minutesAgo);
    expect((await read()).state).toBe('attention');
    await uncounted(wrong, 'too_new', 12);
    expect((await read()).rows.map(({ state, values }) => [state, values['agent'], values['results']])).toEqual([
      ['attention', 'brief', 32],
      ['attention', 'wrong', 12],
    ]);
    await reported(twin, 40, 38, 2, 'host-a');
    await reported(twin, 20, 18, 1, 'host-b');
    const { state, summary } = await read();
    expect(state).toBe('bad');
    expect(summary).toMatch(
      /^Agent twin: Several processes share the identity: host-a at 10\.0\.0\.5 and host-b at 10\.0\.0\.5, started /,
    );
  });

  it('names the agent whose clock is off, and what becomes of its results', async () => {
    await uncounted(await agentNamed('fast-clock'), 'clock_corrected', 4_000);
    const row = (await read()).rows.find(({ values }) => values['agent'] === 'fast-clock');
    const what = "Stored at a corrected time: the agent's clock is off";
    expect(row).toMatchObject({ state: 'attention', values: { what, results: 4_000 } });
  });
});
