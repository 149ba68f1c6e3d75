import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { connect, ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase, TestProxy } from './index';

describe('a database that stops answering with its connections open', () => {
  let home: TestDatabase;
  let proxy: TestProxy;
  let url: string;
  const timeouts = { queryTimeoutMs: 500 };

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    proxy = new TestProxy();
    url = await proxy.start(home.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await home?.dropDatabase();
  });

  it.each([
    ['control', ControlDatabase],
    ['telemetry', TelemetryDatabase],
  ])('is reported as unavailable by the %s database, and its connections are not reused', async (_, Database) => {
    const sql = new Database({ url, poolMax: 1, ...timeouts });
    const ask = async (): Promise<unknown> => (await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0];
    const before = await ask();
    proxy.freezeConnections(true);
    await expect(sql.query('SELECT 1')).rejects.toBeInstanceOf(DependencyUnavailable);
    proxy.freezeConnections(false);
    const after = await ask();
    expect(after).not.toEqual(before);
    const frozen = sql.transaction(async (tx) => {
      await tx.query('SELECT 1');
      proxy.freezeConnections(true);
      await tx.query('SELECT 2');
    });
    await expect(frozen).rejects.toBeInstanceOf(DependencyUnavailable);
    proxy.freezeConnections(false);
    expect(await ask()).not.toEqual(after);
    await sql.close();
  });

  it('ends a connection outside the pools', async () => {
    const connection = await connect({ url, applicationName: 'test', ...timeouts });
    proxy.freezeConnections(true);
    await expect(connection.query('SELECT 1')).rejects.toBeInstanceOf(DependencyUnavailable);
    proxy.freezeConnections(false);
    await expect.poll(() => connection.lost.aborted).toBe(true);
  });

  it('is also reported as unavailable when the server cancels a statement that takes too long', async () => {
    for (const Database of [ControlDatabase, TelemetryDatabase]) {
      const sql = new Database({ url, statementTimeoutMs: 100 });
      await expect(sql.query('SELECT pg_sleep(30)')).rejects.toBeInstanceOf(DependencyUnavailable);
      expect(await sql.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await sql.close();
    }
  });
});
