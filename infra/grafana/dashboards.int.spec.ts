import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabases, testServices } from '@icmp-mon/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeAgents, storeWindow } from '@icmp-mon/probing/server/testing';
import { type DashboardChoice, dashboardQueries, dashboards, expanded } from './dashboard-queries';
import { prepareReader } from './reader.mjs';

const ADDRESS = '192.0.2.9';
const KEY = 1;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = windowStart(Date.now() - HOUR_MS);
const role = `icmpmon_test_reader_${randomBytes(6).toString('hex')}`;
const password = "it's a $ecret";
const spareRoles: string[] = [];
const PROVISIONING = ['datasources', 'dashboards'].map((kind) =>
  path.join(import.meta.dirname, 'provisioning', kind, 'icmp-mon.yaml'),
);

const iso = (ms: number): string => new Date(ms).toISOString();
const choice = (span: Partial<DashboardChoice> = {}): DashboardChoice => ({
  from: iso(START_MS),
  to: iso(START_MS + HOUR_MS),
  intervalMs: 15_000,
  address: ADDRESS,
  key: String(KEY),
  ...span,
});

describe('the dashboards', () => {
  let home: TestDatabases;
  let telemetry: TelemetryDatabase;
  let readers: Record<'control' | 'telemetry', pg.Client>;

  beforeAll(async () => {
    home = await testDatabase('both');
    const addresses = { controlDatabaseUrl: home.controlUrl, telemetryDatabaseUrl: home.telemetryUrl };
    await prepareReader({ ...addresses, role, password: 'a former one' });
    await prepareReader({ ...addresses, role, password });
    telemetry = new TelemetryDatabase({ url: home.telemetryUrl });
    const control = new ControlDatabase({ url: home.controlUrl });
    await storeTargets(control);
    await control.close();
    await storeTelemetry(telemetry);
    readers = { control: await readerOf(home.controlUrl), telemetry: await readerOf(home.telemetryUrl) };
  });

  afterAll(async () => {
    await Promise.all(Object.values(readers ?? {}).map((reader) => reader.end()));
    await telemetry?.close();
    await home?.dropDatabases();
    const server = new pg.Client({ connectionString: testServices().databaseUrl });
    await server.connect();
    for (const name of [role, ...spareRoles]) await server.query(`DROP ROLE IF EXISTS ${name}`);
    await server.end();
  });

  const rowsOf = async (where: string, chosen = choice()): Promise<Record<string, unknown>[]> => {
    const query = dashboardQueries().find((each) => each.where === where);
    if (!query) throw new Error(`There is no query ${where}`);
    return (await readers[query.database].query(expanded(query.sql, chosen))).rows;
  };

  it.each(dashboardQueries().map((query) => [query.where, query] as const))(
    '%s works for the reader over an hour, a week, a quarter and a year, and without a target',
    async (_where, { sql, database }) => {
      for (const intervalMs of [15_000, 10 * 60_000, 2 * HOUR_MS, DAY_MS]) {
        await readers[database].query(expanded(sql, choice({ intervalMs, from: iso(START_MS - 100 * intervalMs) })));
      }
      await readers[database].query(expanded(sql, choice({ key: '', address: '' })));
    },
  );

  it('find a target by address prefix, network and key', async () => {
    expect(await rowsOf('target.json: $address')).toEqual([{ __value: ADDRESS, __text: `${ADDRESS}  edge` }]);
    expect(await rowsOf('target.json: $vrf')).toEqual([{ vrf: 'default' }]);
    expect(await rowsOf('target.json: $key')).toEqual([{ key: KEY }]);
  });

  it('show round trips, loss and the votes of one target', async () => {
    const [first] = await rowsOf('target.json: Round trip time');
    expect(first).toEqual({ time: new Date(START_MS), min: '1000', p50: 2_000, p95: 2_900, p99: 2_980, max: '3000' });
    expect(await rowsOf('target.json: Loss')).toEqual([
      { time: new Date(START_MS), lost: 0 },
      { time: new Date(START_MS + 15_000), lost: 1 },
      { time: new Date(START_MS + 30_000), lost: null },
    ]);
    const week = choice({ intervalMs: 10 * 60_000 });
    expect(await rowsOf('target.json: Loss', week)).toEqual([{ time: new Date(START_MS), lost: 0.25 }]);
    expect(await rowsOf('target.json: Latest results')).toHaveLength(5);
    expect(await rowsOf('target.json: Votes')).toMatchObject([{ agent: 'agent-1', verdict: 'down' }]);
  });

  it('count targets by status at each instant, from the first status until removal', async () => {
    const rows = await rowsOf('fleet.json: Targets by status', choice({ intervalMs: 5 * 60_000 }));
    const at = (minute: number) =>
      Object.fromEntries(
        rows
          .filter((row) => Number(row['time']) === START_MS + minute * 60_000)
          .map((row) => [row['metric'], Number(row['targets'])]),
      );
    expect(at(15)).toEqual({ down: 0, degraded: 0, unknown: 0, up: 3 });
    expect(at(20)).toEqual({ down: 0, degraded: 1, unknown: 0, up: 2 });
    expect(at(50)).toEqual({ down: 1, degraded: 0, unknown: 0, up: 1 });
    const early = await rowsOf('fleet.json: Targets by status', choice({ from: iso(START_MS - 2 * HOUR_MS) }));
    expect(new Set(early.slice(0, 4).map((row) => Number(row['targets'])))).toEqual(new Set([0]));
    const current = await telemetry.query('SELECT status, count(*)::int AS targets FROM target_status GROUP BY 1');
    const deltas = await telemetry.query(
      'SELECT status, sum(delta)::int AS targets FROM status_delta GROUP BY 1 HAVING sum(delta) <> 0',
    );
    expect(new Set(deltas)).toEqual(new Set(current));
  });

  it('link to each other by existing identifiers', () => {
    const uids = dashboards().map((dashboard) => (dashboard as unknown as { uid: string }).uid);
    const linked = JSON.stringify(dashboards()).match(/\/d\/[\w-]+/g) ?? [];
    expect(linked.length).toBeGreaterThan(0);
    for (const link of linked) expect(uids).toContain(link.slice('/d/'.length));
  });

  it.each([
    ['control', 'SELECT * FROM user_account'],
    ['control', 'SELECT * FROM api_key'],
    ['control', 'SELECT data FROM event'],
    ['telemetry', 'SELECT checkpoint FROM shard'],
  ] as const)('keep the reader of %s from: %s', async (database, sql) => {
    await expect(readers[database].query(sql)).rejects.toThrow(/permission denied/);
  });

  it('keep the reader from writing and from endless queries', async () => {
    await expect(readers.telemetry.query('DELETE FROM target_status')).rejects.toThrow(/read-only transaction/);
    const writing = readers.telemetry.query('BEGIN READ WRITE; DELETE FROM target_status');
    await expect(writing).rejects.toThrow(/permission denied/);
    await readers.telemetry.query('ROLLBACK');
    await expect(readers.telemetry.query('CREATE TEMP TABLE mine (a int)')).rejects.toThrow(/read-only transaction/);
    expect((await readers.telemetry.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '30s' }]);
  });

  it('are connected by a command that keeps password and choices in a file that only the owner can read', () => {
    const stateDir = mkdtempSync(path.join(tmpdir(), 'grafana-'));
    const urls = { controlDatabaseUrl: home.controlUrl, telemetryDatabaseUrl: home.telemetryUrl };
    writeFileSync(path.join(stateDir, 'access.json'), JSON.stringify(urls));
    const connect = (chosen: Record<string, string>) => {
      const env = { ...process.env, ICMPMON_STATE_DIR: stateDir, ...chosen };
      const done = spawnSync(process.execPath, [path.join(import.meta.dirname, 'connect.mjs')], {
        env,
        encoding: 'utf8',
      });
      expect(done.stderr).toBe('');
      return readFileSync(path.join(stateDir, 'grafana/grafana.env'), 'utf8');
    };
    const role2 = `${role}_2`;
    try {
      const first = connect({ ICMPMON_READER_USER: role2, ICMPMON_PROMETHEUS_URL: 'http://prometheus.test:9090' });
      expect(first).toMatch(/^ICMPMON_READER_PASSWORD=[\w-]{32}$/m);
      expect(first).toContain(`ICMPMON_READER_USER=${role2}\n`);
      expect(first).toContain(`ICMPMON_TELEMETRY_DATABASE=${new URL(home.telemetryUrl).pathname.slice(1)}\n`);
      expect(first).toContain('ICMPMON_PROMETHEUS_URL=http://prometheus.test:9090\n');
      expect(statSync(path.join(stateDir, 'grafana/grafana.env')).mode & 0o777).toBe(0o600);
      expect(connect({})).toBe(first);
      const variables = new Set(first.match(/^\w+/gm));
      const used = PROVISIONING.flatMap((file) => readFileSync(file, 'utf8').match(/(?<=\$)\w+/g) ?? []);
      expect(used.filter((name) => !variables.has(name))).toEqual([]);
    } finally {
      rmSync(stateDir, { recursive: true });
      spareRoles.push(role2);
    }
  });

  it("are prepared with the superuser's statements in the error when the databases’ own user cannot create roles", async () => {
    const plain = `${role}_owner`;
    await telemetry.execute(`CREATE ROLE ${plain} LOGIN PASSWORD 'plain'`);
    try {
      const asPlain = (url: string): string => Object.assign(new URL(url), { username: plain, password: 'plain' }).href;
      const urls = {
        controlDatabaseUrl: asPlain(home.controlUrl),
        telemetryDatabaseUrl: asPlain(home.telemetryUrl),
      };
      const absent = prepareReader({ ...urls, role: `${role}_absent`, password });
      await expect(absent).rejects.toThrow(/cannot create the role.*As a superuser:\n {2}CREATE ROLE/s);
      const wrong = prepareReader({ ...urls, role, password: 'not the one' });
      await expect(wrong).rejects.toThrow(/cannot log in to .*ICMPMON_READER_PASSWORD/);
    } finally {
      await telemetry.execute(`DROP ROLE ${plain}`);
    }
  });
});

async function readerOf(url: string): Promise<pg.Client> {
  const asReader = Object.assign(new URL(url), { username: role, password: encodeURIComponent(password) });
  const client = new pg.Client({ connectionString: asReader.href });
  await client.connect();
  return client;
}

async function storeTargets(control: ControlDatabase): Promise<void> {
  await control.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
     VALUES ($1, gen_random_uuid(), $2, 'default', 'edge', '{}', 'standard', 1, now())`,
    [KEY, ADDRESS],
  );
}

/** The target of the dashboard went down within the hour; a second one came and stayed up, a third was removed. */
async function storeTelemetry(telemetry: TelemetryDatabase): Promise<void> {
  const [agentId] = await storeAgents(telemetry, 1);
  const reply = (offsetMs: number, rttUs: number) => ({ agentNo: 1, offsetMs, outcome: OUTCOME.reply, rttUs });
  const samples = [
    ...[reply(0, 1_000), reply(1, 2_000), reply(2, 3_000)],
    { agentNo: 1, offsetMs: 15_000, outcome: OUTCOME.timeout, rttUs: 0 },
    { agentNo: 1, offsetMs: 30_000, outcome: OUTCOME.not_sent, rttUs: 0 },
  ];
  await storeWindow(telemetry, { targetKey: KEY, startMs: START_MS, samples });
  await storeWindow(telemetry, { targetKey: KEY, startMs: START_MS - DAY_MS, samples });
  await storeWindow(telemetry, { targetKey: KEY + 1, startMs: START_MS + WINDOW_MS, samples, position: 1 });
  const changes: [seq: number, key: number, minute: number, from: string, to: string, removed: boolean][] = [
    [1, KEY, -90, 'unknown', 'up', false],
    [2, KEY + 1, -80, 'unknown', 'up', false],
    [3, KEY + 2, -70, 'unknown', 'unknown', false],
    [4, KEY + 2, -60, 'unknown', 'up', false],
    [5, KEY, 20, 'up', 'degraded', false],
    [6, KEY, 40, 'degraded', 'down', false],
    [7, KEY + 2, 50, 'up', 'unknown', true],
  ];
  for (const [seq, key, minute, from, to, removed] of changes) {
    await telemetry.execute(
      `INSERT INTO status_change VALUES
         (0, $1, $2, gen_random_uuid(), $3, 'default', 'standard', $4, $5, 'votes', $6, $6, NULL, '{}', $7, 1)`,
      [seq, key, ADDRESS, from, to, iso(START_MS + minute * 60_000), removed],
    );
  }
  await telemetry.execute(
    `INSERT INTO target_status VALUES (1, 0, 6, 'down', 'votes', now(), now(), '{}'), (2, 0, 2, 'up', 'votes', now(), now(), '{}')`,
  );
  await telemetry.execute(`INSERT INTO target_verdict VALUES ($1, 0, ARRAY[$2]::uuid[], '{1}', 'd', '{1}')`, [
    KEY,
    agentId,
  ]);
  await telemetry.execute(`INSERT INTO agent_health VALUES ($1, now(), '{"targets": 8, "agentVersion": "1"}')`, [
    agentId,
  ]);
  await telemetry.execute(
    `INSERT INTO agent_metric SELECT $1, now() - n * interval '5 s', 1, 1, 0.1, 0.1, 1, 0, 0, 0 FROM generate_series(1, 10) n`,
    [agentId],
  );
}
