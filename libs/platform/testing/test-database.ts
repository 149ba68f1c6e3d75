import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { migrate } from '@icmp-mon/platform/database';
import pg from 'pg';
import { testServices } from './test-services';

export interface TestDatabase {
  url: string;
  dropDatabase(): Promise<void>;
}

export interface TestDatabases {
  controlUrl: string;
  telemetryUrl: string;
  dropDatabases(): Promise<void>;
}

const CREATE_ATTEMPTS_MAX = 20;
const TEMPLATE_BUSY = '55006';

/** Creates a new, migrated database for the suite; `both` creates two. Call `dropDatabase`, or `dropDatabases`, in afterAll. */
export function testDatabase(kind: 'control' | 'telemetry'): Promise<TestDatabase>;
export function testDatabase(kind: 'both'): Promise<TestDatabases>;
export async function testDatabase(kind: 'control' | 'telemetry' | 'both'): Promise<TestDatabase | TestDatabases> {
  if (kind !== 'both') return create(kind);
  const control = await create('control');
  const telemetry = await create('telemetry');
  return {
    controlUrl: control.url,
    telemetryUrl: telemetry.url,
    async dropDatabases() {
      await control.dropDatabase();
      await telemetry.dropDatabase();
    },
  };
}

/** Throws unless the database's name contains "test", so that no suite writes to a real database. */
export function assertTestDatabase(url: string): void {
  const name = new URL(url).pathname.slice(1);
  if (!name.includes('test')) {
    throw new Error(`Refused: the database "${name}" is not for tests. Its name must contain "test".`);
  }
}

async function create(kind: 'control' | 'telemetry'): Promise<TestDatabase> {
  const server = testServices().databaseUrl;
  const name = `icmpmon_test_${randomBytes(8).toString('hex')}`;
  const address = new URL(server);
  address.pathname = `/${name}`;
  const url = address.href;
  assertTestDatabase(url);
  await createEmpty(server, name);
  await migrate(url, kind === 'control' ? CONTROL_MIGRATIONS : TELEMETRY_MIGRATIONS);
  return {
    url,
    async dropDatabase() {
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Creates an empty database. Retries, because PostgreSQL allows only one copy of the template at a time and suites start concurrently. */
async function createEmpty(server: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await onServer(server, `CREATE DATABASE ${name}`);
    } catch (error) {
      const busy = error instanceof pg.DatabaseError && error.code === TEMPLATE_BUSY;
      if (!busy || attempt >= CREATE_ATTEMPTS_MAX) throw error;
      await delay(100 + Math.random() * 200);
    }
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
