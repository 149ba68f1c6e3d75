import { DataSource, type MigrationInterface } from 'typeorm';
import { BoundedClient } from './bounded-client';
import { CONNECT_TIMEOUT_MS } from './connection-settings';
import { asDatabaseError } from './database-errors';

export type MigrationClass = new () => MigrationInterface;

/** Advisory lock that keeps two processes from migrating at the same time. The number is arbitrary, but used for nothing else. */
const MIGRATION_LOCK = 7_260_001;

/** Applies pending migrations, one transaction per migration. Returns the names of the applied ones, in order. */
export async function migrate(url: string, migrations: readonly MigrationClass[]): Promise<string[]> {
  const options = { type: 'postgres', url, logging: false, installExtensions: false } as const;
  const extra = { Client: BoundedClient, keepAlive: true };
  const gate = new DataSource({ ...options, connectTimeoutMS: CONNECT_TIMEOUT_MS, extra: { ...extra, max: 1 } });
  const source = new DataSource({
    ...options,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra,
    migrations: [...migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
  });
  try {
    await gate.initialize();
    const runner = gate.createQueryRunner();
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.initialize();
    const applied = await source.runMigrations();
    return applied.map((migration) => migration.name);
  } catch (error) {
    throw asDatabaseError(error, 'database to migrate');
  } finally {
    // Closing the gate's connection releases the lock.
    if (source.isInitialized) await source.destroy();
    if (gate.isInitialized) await gate.destroy();
  }
}
