import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from '@icmp-mon/migrations';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { eventually, type TestDatabases, testDatabase } from './index';
import { assertTestDatabase } from './test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connect,
  ControlDatabase,
  isTransient,
  isUniqueViolation,
  migrate,
  TelemetryDatabase,
} from '@icmp-mon/platform/database';

const AWAY = 'postgres://nobody@127.0.0.1:1/icmpmon_test';

describe('databases', () => {
  let home: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('both');
    control = new ControlDatabase({ url: home.controlUrl, poolMax: 3 });
    telemetry = new TelemetryDatabase({ url: home.telemetryUrl, poolMax: 3 });
    for (const sql of [control, telemetry]) await sql.execute('CREATE TABLE thing (id bigint PRIMARY KEY, name text)');
  });

  afterAll(async () => {
    await control?.close();
    await telemetry?.close();
    await home?.dropDatabases();
  });

  const both = () => [control, telemetry];

  it('return rows with int8 as numbers, and numbers of affected rows', async () => {
    for (const sql of both()) {
      await sql.execute('DELETE FROM thing');
      expect(await sql.execute(`INSERT INTO thing VALUES (9007199254740991, 'far'), (2, 'near')`)).toBe(2);
      expect(await sql.query('SELECT id, name FROM thing WHERE id = $1', [9007199254740991])).toEqual([
        { id: 9007199254740991, name: 'far' },
      ]);
      expect(await sql.query('SELECT count(*) AS things FROM thing')).toEqual([{ things: 2 }]);
      expect(await sql.query(`UPDATE thing SET name = 'x' WHERE id = 2 RETURNING id`)).toEqual([{ id: 2 }]);
      expect(await sql.execute('DELETE FROM thing WHERE id = 2')).toBe(1);
    }
  });

  it('commit a transaction when it resolves, and roll it back when it throws', async () => {
    for (const sql of both()) {
      await sql.execute('DELETE FROM thing');
      expect(await sql.transaction(async (tx) => tx.execute(`INSERT INTO thing VALUES (1, 'kept')`))).toBe(1);
      const refused = sql.transaction(async (tx) => {
        await tx.execute(`INSERT INTO thing VALUES (2, 'dropped')`);
        throw new DomainError('conflict', 'no', undefined, { cause: { code: 'ECONNREFUSED' } });
      });
      await expect(refused).rejects.toMatchObject({ name: 'DomainError', code: 'conflict' });
      expect(await sql.query('SELECT id FROM thing')).toEqual([{ id: 1 }]);
    }
  });

  it('report the unique constraint that rejected a row', async () => {
    for (const sql of both()) {
      await sql.execute('DELETE FROM thing');
      const error: unknown = await sql
        .transaction(async (tx) => {
          await tx.execute('INSERT INTO thing VALUES (1), (1)');
        })
        .catch((caught: unknown) => caught);
      expect(isUniqueViolation(error)).toBe(true);
      expect(isUniqueViolation(error, 'thing_pkey')).toBe(true);
      expect(isUniqueViolation(error, 'other_key')).toBe(false);
      expect(isTransient(error)).toBe(false);
    }
  });

  it('report a connection lost within a transaction as an unavailable dependency, and recover afterwards', async () => {
    for (const sql of both()) {
      await sql.execute('DELETE FROM thing');
      const lost: unknown = await sql
        .transaction(async (tx) => {
          await tx.execute(`INSERT INTO thing VALUES (1, 'lost')`);
          await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
        })
        .catch((caught: unknown) => caught);
      expect(lost).toBeInstanceOf(DependencyUnavailable);
      expect(isTransient(lost)).toBe(true);
      expect(await sql.query('SELECT * FROM thing')).toEqual([]);
    }
  });

  it('survive the loss of idle connections', async () => {
    for (const sql of both()) {
      await Promise.all([1, 2, 3].map(() => sql.query('SELECT pg_sleep(0.05)')));
      await sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`);
      await eventually(async () => expect(await sql.query('SELECT 1 AS one')).toEqual([{ one: 1 }]));
    }
  });

  it('recognise a deadlock as transient', async () => {
    for (const sql of both()) {
      await sql.execute(`DELETE FROM thing`);
      await sql.execute(`INSERT INTO thing VALUES (1, ''), (2, '')`);
      let ready = 0;
      const bothReady = async (): Promise<void> => {
        ready += 1;
        await eventually(() => expect(ready).toBe(2));
      };
      const cross = (first: number, second: number) =>
        sql.transaction(async (tx) => {
          await tx.execute('UPDATE thing SET name = name WHERE id = $1', [first]);
          await bothReady();
          await tx.execute('UPDATE thing SET name = name WHERE id = $1', [second]);
        });
      const outcomes = await Promise.allSettled([cross(1, 2), cross(2, 1)]);
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(failed).toHaveLength(1);
      expect(isTransient(failed[0]?.reason)).toBe(true);
      expect(failed[0]?.reason).not.toBeInstanceOf(DependencyUnavailable);
    }
  });

  it('report the unavailable dependency', async () => {
    const gone = [new ControlDatabase({ url: AWAY }), new TelemetryDatabase({ url: AWAY })];
    for (const sql of gone) {
      await expect(sql.query('SELECT 1')).rejects.toBeInstanceOf(DependencyUnavailable);
      await expect(sql.execute('SELECT 1')).rejects.toBeInstanceOf(DependencyUnavailable);
      await expect(sql.transaction(() => Promise.resolve())).rejects.toBeInstanceOf(DependencyUnavailable);
      await sql.close();
    }
    await expect(connect({ url: AWAY, applicationName: 'test' })).rejects.toBeInstanceOf(DependencyUnavailable);
    await expect(migrate(AWAY, [])).rejects.toBeInstanceOf(DependencyUnavailable);
  });

  it('try to connect again with each query', async () => {
    const late = new ControlDatabase({ url: home.controlUrl.replace(/\/icmpmon_test_\w+$/, '/icmpmon_test_absent') });
    await expect(late.query('SELECT 1')).rejects.toThrow(/does not exist/);
    await expect(late.query('SELECT 1')).rejects.toThrow(/does not exist/);
    await late.close();
  });

  it('report an unavailable dependency instead of waiting forever for a connection of the pool', async () => {
    const narrow = new TelemetryDatabase({ url: home.telemetryUrl, poolMax: 1 });
    const crowded = narrow.transaction(() => narrow.query('SELECT 1'));
    await expect(crowded).rejects.toBeInstanceOf(DependencyUnavailable);
    expect(await narrow.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await narrow.close();
  });

  it('migrate once, also if two processes start at the same time', async () => {
    expect(await migrate(home.controlUrl, CONTROL_MIGRATIONS)).toEqual([]);
    expect(await migrate(home.telemetryUrl, TELEMETRY_MIGRATIONS)).toEqual([]);
    class Together1 {
      name = 'Together1899999999999';
      up = async (runner: { query(text: string): Promise<unknown> }) =>
        void (await runner.query('CREATE TABLE once ()'));
      down = () => Promise.resolve();
    }
    const url = home.telemetryUrl;
    const applied = await Promise.all([1, 2].map(() => migrate(url, [...TELEMETRY_MIGRATIONS, Together1])));
    expect(applied.flat()).toEqual(['Together1899999999999']);
  });

  it('count as test databases only if their name contains "test"', () => {
    expect(() => assertTestDatabase('postgres://host/icmpmon_control')).toThrow(/Its name must contain "test"/);
    expect(() => assertTestDatabase(home.controlUrl)).not.toThrow();
  });
});
