import type { Socket } from 'node:net';
import { BoundedClient } from '@icmp-mon/platform/database';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from './test-database';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase('control');
});

afterAll(async () => {
  await database?.dropDatabase();
});

/** A client whose connection is lost after the login, before its session has its settings. */
class LostClient extends BoundedClient {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: { stream: Socket } };
    this.once('connect', () => connection.stream.destroy());
  }
}

it('refuses a connection that is lost between the login and its settings, without an event that ends the process', async () => {
  const pool = new pg.Pool({ connectionString: database.url, Client: LostClient });
  await expect(pool.query('SELECT 1')).rejects.toThrow('Connection terminated');
  await pool.end();
});
