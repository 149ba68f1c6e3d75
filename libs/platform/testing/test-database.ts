import { randomBytes } from 'node:crypto';
import { addressOf, createFrom, type Kind, migratedTemplate, onServer } from './database-template';
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

/** Creates a new, migrated database for the suite; `both` creates two. Call `dropDatabase`, or `dropDatabases`, in afterAll. */
export function testDatabase(kind: 'control' | 'telemetry'): Promise<TestDatabase>;
export function testDatabase(kind: 'both'): Promise<TestDatabases>;
export async function testDatabase(kind: 'control' | 'telemetry' | 'both'): Promise<TestDatabase | TestDatabases> {
  if (kind !== 'both') return create(kind);
  const [control, telemetry] = await Promise.all([create('control'), create('telemetry')]);
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

async function create(kind: Kind): Promise<TestDatabase> {
  const server = testServices().databaseUrl;
  const name = `icmpmon_test_${randomBytes(8).toString('hex')}`;
  const url = addressOf(server, name);
  assertTestDatabase(url);
  await createFrom(server, name, await migratedTemplate(server, kind));
  return {
    url,
    async dropDatabase() {
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
