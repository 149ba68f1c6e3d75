import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { migrate } from '@icmp-mon/platform/database';
import pg from 'pg';

export type Kind = 'control' | 'telemetry';

const MIGRATIONS = { control: CONTROL_MIGRATIONS, telemetry: TELEMETRY_MIGRATIONS };
const FOLDER = path.resolve(import.meta.dirname, '../../../migrations');
/** Templates of each kind that a server keeps besides a new one: branches with other migrations may use it too. */
const OLD_TEMPLATES_MAX = 3;
const CREATE_ATTEMPTS_MAX = 20;
const TEMPLATE_BUSY = '55006';
const made = new Map<string, Promise<string>>();

/** Returns a migrated database to copy, because a copy takes a fraction of the time of all migrations. It is made once per content of the migrations. */
export function migratedTemplate(server: string, kind: Kind): Promise<string> {
  const key = `${server} ${kind}`;
  const template = made.get(key) ?? makeTemplate(server, kind);
  made.set(key, template);
  return template;
}

async function makeTemplate(server: string, kind: Kind): Promise<string> {
  const prefix = `icmpmon_test_template_${kind}_`;
  const name = `${prefix}${hashOfMigrations()}`;
  await onServer(server, async (client) => {
    // Held until this connection ends: one process makes the template, and the others wait for it.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
    if (rowCount === 1) return;
    await dropOldTemplates(client, prefix);
    // Without the mark of a template it was left incomplete.
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await createFrom(server, name, 'template1');
    await migrate(addressOf(server, name), MIGRATIONS[kind]);
    await client.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    // TimescaleDB's scheduler is connected to each database that has it; a database with connections cannot be copied.
    await client.query('SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = $1', [name]);
    await client.query(`ALTER DATABASE ${name} WITH IS_TEMPLATE true`);
  });
  return name;
}

async function dropOldTemplates(client: pg.Client, prefix: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) AND datistemplate ORDER BY oid DESC OFFSET $2',
    [prefix, OLD_TEMPLATES_MAX],
  );
  for (const { name } of rows) {
    await client.query(`ALTER DATABASE ${name} WITH IS_TEMPLATE false`);
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

function hashOfMigrations(): string {
  const hash = createHash('sha256');
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const file of files.sort()) hash.update(file).update(readFileSync(path.join(FOLDER, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Creates a database from a template. Retries while the template has connections, as `template1` may have for a moment. */
export async function createFrom(server: string, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    } catch (error) {
      const busy = error instanceof pg.DatabaseError && error.code === TEMPLATE_BUSY;
      if (!busy || attempt >= CREATE_ATTEMPTS_MAX) throw error;
      await delay(100 + Math.random() * 200);
    }
  }
}

export function addressOf(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

/** Runs a statement, or work, on a connection of its own to the server's maintenance database. */
export async function onServer(url: string, work: string | ((client: pg.Client) => Promise<unknown>)): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await (typeof work === 'string' ? client.query(work) : work(client));
  } finally {
    await client.end();
  }
}
