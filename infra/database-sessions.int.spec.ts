import {
  BoundedClient,
  connect,
  ControlDatabase,
  sessionSettings,
  type Sql,
  TelemetryDatabase,
} from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from './database-client.mjs';
import { databaseRoles, ensureRoles, grantRights } from './database-roles.mjs';

/** Settings that a database can set for new sessions, and that would break our parsers, end our connections or slow our queries. */
const HOSTILE = {
  datestyle: 'SQL, DMY',
  intervalstyle: 'sql_standard',
  timezone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  extra_float_digits: '-3',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  search_path: 'elsewhere',
  default_transaction_isolation: 'serializable',
  statement_timeout: '123456',
  lock_timeout: '1',
  idle_in_transaction_session_timeout: '2',
  idle_session_timeout: '3000',
  transaction_timeout: '123457',
  work_mem: '64kB',
  hash_mem_multiplier: '1',
};

const MOMENT = '2026-03-04T05:06:07.89Z';
const QUESTION = `SELECT '${MOMENT}'::timestamptz AS at, '\\x00ff'::bytea AS bytes, 0.1::float8 + 0.2::float8 AS float,
  interval '-1 day 2 hours' AS span, ARRAY[NULL, 'x'] AS items, current_setting('timezone') AS zone,
  current_setting('lock_timeout') AS lock, current_setting('idle_session_timeout') AS idle,
  current_setting('idle_in_transaction_session_timeout') AS transaction, current_setting('search_path') AS path,
  (SELECT count(*) FROM migration) > 0 AS found, current_setting('transaction_isolation') AS isolation`;

describe('session settings', () => {
  let home: TestDatabases;

  beforeAll(async () => {
    home = await testDatabase('both');
    for (const url of [home.controlUrl, home.telemetryUrl]) {
      const name = new URL(url).pathname.slice(1);
      await withClient(url, async (client: pg.Client) => {
        for (const [setting, value] of Object.entries(HOSTILE)) {
          const list = setting === 'search_path' || setting === 'datestyle' ? value : `'${value}'`;
          await client.query(`ALTER DATABASE ${name} SET ${setting} TO ${list}`);
        }
      });
    }
  });

  afterAll(async () => {
    await home.dropDatabases();
  });

  async function answerOf(ask: Sql['query']): Promise<Record<string, unknown>> {
    const [row] = await ask<Record<string, unknown>>(QUESTION);
    return row;
  }

  const expected = (transaction: string): Record<string, unknown> => ({
    ...{ at: new Date(MOMENT), bytes: Buffer.from([0, 255]), float: 0.30000000000000004, items: [null, 'x'] },
    ...{ zone: 'UTC', lock: '0', idle: '0', transaction, path: '"$user",public', found: true },
    isolation: 'read committed',
    span: expect.objectContaining({ days: -1, hours: 2 }) as unknown,
  });

  it('are those of the database unless the client sets them, so the following tests prove something', async () => {
    const bare = new pg.Client({ connectionString: home.telemetryUrl });
    await bare.connect();
    const { rows } = await bare.query<{ at: Date }>(`SELECT '${MOMENT}'::timestamptz AS at`);
    await bare.end();
    expect(rows[0]?.at).not.toEqual(new Date(MOMENT));
  });

  it('are the same in both pools, also in a transaction', async () => {
    const pools = [
      new ControlDatabase({ url: home.controlUrl }),
      new TelemetryDatabase({ url: home.telemetryUrl, statementTimeoutMs: 0 }),
    ];
    for (const pool of pools) {
      expect(await answerOf((text) => pool.query(text))).toMatchObject(expected('30s'));
      expect(await pool.transaction((sql) => answerOf((text) => sql.query(text)))).toMatchObject(expected('30s'));
    }
    const [limits] = await pools[1].query<{ statement: string }>(
      `SELECT current_setting('statement_timeout') AS statement`,
    );
    expect(limits.statement).toBe('0');
    for (const pool of pools) await pool.close();
  });

  it('are the same on single connections and in the tools', async () => {
    const connection = await connect({ url: home.controlUrl, applicationName: 'test' });
    expect(await answerOf((text) => connection.query(text))).toMatchObject(expected('0'));
    await connection.close();
    const tool = await withClient(
      home.telemetryUrl,
      async (client: pg.Client) => (await client.query(QUESTION)).rows[0] as unknown,
    );
    expect(tool).toMatchObject(expected('0'));
  });

  it("are the same where the apps' roles are created", async () => {
    const addresses = { controlDatabaseUrl: home.controlUrl, telemetryDatabaseUrl: home.telemetryUrl };
    await ensureRoles(addresses, Object.fromEntries(databaseRoles.map((role) => [role, `of-${role}`])));
    await grantRights(addresses);
    const rows = await withClient(home.controlUrl, async (client: pg.Client) => {
      const answer = await client.query(`SELECT has_table_privilege('icmpmon_gateway', 'agent', 'SELECT') AS agents,
        has_table_privilege('icmpmon_gateway', 'user_account', 'SELECT') AS accounts`);
      return answer.rows as unknown[];
    });
    expect(rows).toEqual([{ agents: true, accounts: false }]);
  });

  it('that the server does not support fail the connection, which is then closed', async () => {
    const client = new BoundedClient({ connectionString: home.controlUrl });
    Object.assign(client, { settings: `SELECT set_config('no_such_setting', '1', false)` });
    const ended = new Promise((resolve) => client.once('end', resolve));
    await expect(client.connect()).rejects.toThrow('no_such_setting');
    await ended;
  });

  it('list every setting once', () => {
    const statement = sessionSettings({ statementTimeoutMs: 1, idleInTransactionTimeoutMs: 2 });
    const names = [...statement.matchAll(/set_config\('(\w+)'/g)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(HOSTILE).sort());
  });
});
