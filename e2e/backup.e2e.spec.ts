import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually, testServices } from '@icmp-mon/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distDir, rootDir, testDir, readJson, writePrivateJson, identify, run } from '@icmp-mon/infra/testing';
import { removeTopics } from '@icmp-mon/platform/messaging/testing';
import { givenServices } from './testing/given-services';
import type { Access } from './testing/running-product';
import { plainEnvironment } from './testing/state-folders';

const SHARDS = 2;
const given = givenServices();
const dir = path.join(testDir, `e2e-backup-${process.pid}`);
const backupDir = path.join(dir, 'backup');
const environment = {
  ...plainEnvironment(),
  ...given.environment,
  ICMPMON_STATE_DIR: dir,
  ICMPMON_DIST_DIR: distDir,
  ICMPMON_API_PORT: '0',
  ICMPMON_AGENT_PORT: '0',
  ICMPMON_ENROL_PORT: '0',
  ICMPMON_SHARD_COUNT: String(SHARDS),
};

/** Runs one of the product's own commands, as npm runs it. */
function command(script: string, ...args: string[]): Promise<string> {
  const options: object = { cwd: rootDir, env: environment };
  return run(process.execPath, [path.join(rootDir, 'infra', script), ...args], options);
}

const access = (): Access => readJson(path.join(dir, 'access.json'));

async function api<T>(method: string, place: string, body?: object): Promise<T> {
  const { apiUrl, apiKey } = access();
  const response = await fetch(`${apiUrl}/api/v1/${place}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${place} returned ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const telemetry = <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> =>
  query<Row>(given.environment['ICMPMON_TELEMETRY_DATABASE_URL'], sql);

/** Returns every result, one line per result. */
async function results(): Promise<string[]> {
  const rows = await telemetry<{ line: string }>(
    `SELECT target_key || ' ' || at || ' ' || agent_id AS line FROM probe_result ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

const changes = (): Promise<object[]> =>
  telemetry(
    'SELECT shard, change_seq, target_key, from_status, to_status, at FROM status_change ORDER BY shard, change_seq',
  );

async function statusOf(ip: string): Promise<string> {
  return (await api<{ status: string }>('GET', `targets/${ip}/status`)).status;
}

/** Creates a backup whose second dump is truncated, with a matching checksum in its manifest. */
function tornBackup(): string {
  const torn = path.join(dir, 'torn');
  cpSync(backupDir, torn, { recursive: true });
  const telemetryDump = path.join(torn, 'telemetry.dump');
  truncateSync(telemetryDump, Math.floor(statSync(telemetryDump).size / 2));
  const manifest = readJson(path.join(torn, 'manifest.json'));
  manifest.files['telemetry.dump'].sha256 = createHash('sha256').update(readFileSync(telemetryDump)).digest('hex');
  writePrivateJson(path.join(torn, 'manifest.json'), manifest);
  return torn;
}

function expectNoneTwice(lines: readonly string[]): void {
  expect(new Set(lines).size).toBe(lines.length);
}

async function freshResultOf(ip: string): Promise<void> {
  const since = Date.now();
  await eventually(
    async () => {
      const { items } = await api<{ items: { at: string }[] }>('GET', `targets/${ip}/results?limit=1`);
      expect(Date.parse(items[0]?.at ?? '')).toBeGreaterThan(since);
    },
    { withinMs: 60_000 },
  );
}

describe('backup and restore', () => {
  beforeAll(async () => {
    mkdirSync(dir, { recursive: true });
    writePrivateJson(path.join(dir, 'owner.json'), identify(process.pid));
    await command('start.mjs', '--detach');
  });

  afterAll(async () => {
    await command('stop.mjs');
    await given.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  let resultsBefore: string[] = [];
  let changesBefore: object[] = [];

  it('writes private files and a manifest, and never overwrites files', async () => {
    await api('POST', 'targets', { ip: '127.0.0.20', tier: 'fast' });
    await eventually(async () => expect(await statusOf('127.0.0.20')).toBe('up'), { withinMs: 60_000 });
    await command('icmpmon.mjs', 'backup', backupDir);
    const names = readdirSync(backupDir).sort();
    expect(names).toEqual(['.gitignore', 'control.dump', 'manifest.json', 'private', 'telemetry.dump']);
    for (const name of ['.', ...readdirSync(backupDir, { recursive: true }).map(String)]) {
      const file = statSync(path.join(backupDir, name));
      expect((file.mode & 0o777).toString(8), name).toBe(file.isDirectory() ? '700' : '600');
    }
    expect(readFileSync(path.join(backupDir, '.gitignore'), 'utf8')).toBe('*\n');
    const manifest = readJson(path.join(backupDir, 'manifest.json'));
    expect(manifest.positions).toHaveLength(SHARDS);
    expect(manifest.privateFiles).toEqual(['secrets.json', 'bootstrap.json', 'ca']);
    await expect(command('icmpmon.mjs', 'backup', backupDir)).rejects.toThrow(/is not empty/);
  });

  it('is rejected while the product runs, and when a dump was changed', async () => {
    await expect(command('icmpmon.mjs', 'restore', backupDir)).rejects.toThrow(/Stop it first: npm stop/);
    const broken = path.join(dir, 'broken');
    mkdirSync(broken);
    writePrivateJson(path.join(broken, 'manifest.json'), readJson(path.join(backupDir, 'manifest.json')));
    writeFileSync(path.join(broken, 'control.dump'), 'not a dump');
    await expect(command('icmpmon.mjs', 'restore', broken)).rejects.toThrow(/SHA-256 differs/);
  });

  it('reaches the same state from the log: nothing lost, nothing duplicated', async () => {
    // After the backup: another target with its results and status.
    await api('POST', 'targets', { ip: '127.0.0.21', tier: 'fast' });
    await eventually(async () => expect(await statusOf('127.0.0.21')).toBe('up'), { withinMs: 60_000 });
    await command('stop.mjs');
    resultsBefore = await results();
    changesBefore = await changes();
    await expect(command('icmpmon.mjs', 'restore', backupDir)).rejects.toThrow(/--overwrite/);
    const torn = tornBackup();
    await expect(command('icmpmon.mjs', 'restore', torn, '--overwrite')).rejects.toThrow(/pg_restore of restoring_/);
    expect(await results()).toEqual(resultsBefore);
    const said = await command('icmpmon.mjs', 'restore', backupDir, '--overwrite');
    expect(said).toMatch(/events newer than the backup were restored from Kafka/);
    expect((await results()).length).toBeLessThan(resultsBefore.length);
    await command('start.mjs', '--detach');
    await freshResultOf('127.0.0.20');
    await freshResultOf('127.0.0.21');
    const after = await results();
    expectNoneTwice(after);
    const there = new Set(after);
    expect(resultsBefore.filter((line) => !there.has(line))).toEqual([]);
    expect(await changes()).toEqual(expect.arrayContaining(changesBefore));
    expect(await statusOf('127.0.0.21')).toBe('up');
    await api('POST', 'targets', { ip: '127.0.0.22', tier: 'fast' });
    await eventually(async () => expect(await statusOf('127.0.0.22')).toBe('up'), { withinMs: 60_000 });
    expect(await command('icmpmon.mjs', 'rebuild', 'all')).not.toMatch(/DIFFER/);
  });

  it('continues with an empty Kafka: the gap is recorded as not measured', async () => {
    await command('stop.mjs');
    await removeTopics(testServices().kafkaBrokers, given.environment['ICMPMON_TOPIC_PREFIX']);
    const said = await command('icmpmon.mjs', 'restore', backupDir, '--overwrite', '--adopt');
    expect(said).toMatch(/shard 0: continues from offset 0; not measured from/);
    const numbered = await changes();
    await command('start.mjs', '--detach');
    await freshResultOf('127.0.0.20');
    await api('POST', 'targets', { ip: '127.0.0.23', tier: 'fast' });
    await eventually(async () => expect(await statusOf('127.0.0.23')).toBe('up'), { withinMs: 60_000 });
    await eventually(async () => {
      const list = await api<{ items: { status: string }[] }>('GET', 'targets?limit=50');
      expect(list.items.map(({ status }) => status)).toEqual(list.items.map(() => 'up'));
    });
    expectNoneTwice(await results());
    expect(await telemetry('SELECT DISTINCT shard FROM not_measured ORDER BY shard')).toHaveLength(SHARDS);
    const [gaps] = await telemetry<{ gaps: string }>(
      `SELECT count(*) AS gaps FROM (SELECT change_seq - row_number() OVER (PARTITION BY shard ORDER BY change_seq) AS gap
         FROM status_change) AS numbered WHERE gap <> 0`,
    );
    expect(gaps?.gaps).toBe('0');
    // Statuses are kept: no target that was up had another status in between.
    const known = new Set(numbered.map((change) => JSON.stringify(change)));
    const fresh = (await changes()).filter((change) => !known.has(JSON.stringify(change)));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.filter((change) => Reflect.get(change, 'from_status') === 'up')).toEqual([]);
    expect(await command('icmpmon.mjs', 'shards')).not.toMatch(/LOST/);
  });
});
