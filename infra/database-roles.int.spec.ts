import { ControlDatabase } from '@icmp-mon/platform/database';
import { readHistory } from '@icmp-mon/platform/event-store';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseRoles, ensureRoles, grantRights, roleAddresses } from './database-roles.mjs';

type Database = 'controlDatabaseUrl' | 'telemetryDatabaseUrl';
const passwords = Object.fromEntries(databaseRoles.map((role) => [role, `of-${role}`]));
const refused = /permission denied|must be owner/;

describe('the database roles', () => {
  let home: TestDatabases;
  let addresses: Record<Database, string>;

  // Created by the superuser, as in an installation that is older than the roles.
  beforeAll(async () => {
    home = await testDatabase('both');
    addresses = { controlDatabaseUrl: home.controlUrl, telemetryDatabaseUrl: home.telemetryUrl };
    for (const _ of ['at first', 'at the next start']) {
      await ensureRoles(addresses, passwords);
      await grantRights(addresses);
    }
  });

  afterAll(() => home.dropDatabases());

  async function as(role: string, database: Database, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: roleAddresses(addresses, passwords)[role]![database] });
    await client.connect();
    try {
      return [await client.query(text)].flat().at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  }

  it('are not superusers and cannot create roles or databases', async () => {
    for (const role of databaseRoles) {
      const rows = await as(
        role,
        'controlDatabaseUrl',
        'SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS mighty FROM pg_roles WHERE rolname = current_user',
      );
      expect(rows, role).toEqual([{ mighty: false }]);
    }
  });

  it.each(['controlDatabaseUrl', 'telemetryDatabaseUrl'] as const)('own everything in %s', async (database) => {
    const rows = await as(
      'owner',
      database,
      `SELECT relname, relowner::regrole::text AS owner FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND relowner <> 'icmpmon_owner'::regrole`,
    );
    expect(rows).toEqual([]);
    await as('owner', database, 'CREATE SCHEMA beside; CREATE TABLE beside.made (id int); DROP SCHEMA beside CASCADE');
  });

  it.each(['gateway', 'projector'] as const)('let %s read events, whose keys it may not read', async (role) => {
    const database = new ControlDatabase({ url: roleAddresses(addresses, passwords)[role]!.controlDatabaseUrl });
    expect(await readHistory(database, 'agent', '1', { limit: 1 })).toEqual([]);
    await database.close();
  });

  it.each([
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM user_account'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM api_key'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM refresh_token'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM password_link'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM login_challenge'],
    ['projector', 'controlDatabaseUrl', 'SELECT * FROM second_factor'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM recovery_code'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM issuer_login'],
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM event_key'],
    ['projector', 'controlDatabaseUrl', 'SELECT * FROM event_key'],
    ['gateway', 'controlDatabaseUrl', 'CREATE TABLE mine (id int)'],
    ['gateway', 'controlDatabaseUrl', 'DROP TABLE agent'],
    ['gateway', 'telemetryDatabaseUrl', 'SELECT * FROM status_change'],
    ['projector', 'controlDatabaseUrl', 'SELECT * FROM user_account'],
    ['projector', 'telemetryDatabaseUrl', 'TRUNCATE status_change'],
    ['api', 'telemetryDatabaseUrl', 'DELETE FROM status_change'],
    ['api', 'controlDatabaseUrl', 'ALTER TABLE event DISABLE TRIGGER ALL'],
  ] as const)('keep %s of %s from: %s', async (role, database, text) => {
    await expect(as(role, database, text)).rejects.toThrow(refused);
  });

  it.each([
    ['gateway', 'controlDatabaseUrl', 'SELECT * FROM agent; SELECT * FROM event; SELECT * FROM enrolment_token'],
    ['api', 'controlDatabaseUrl', `SELECT nextval('target_key_seq'); SELECT * FROM user_account FOR UPDATE`],
    ['api', 'telemetryDatabaseUrl', 'SELECT * FROM probe_result LIMIT 1; SELECT * FROM status_change LIMIT 1'],
    ['projector', 'controlDatabaseUrl', 'DELETE FROM target_list WHERE false; SELECT * FROM target_list FOR UPDATE'],
    ['projector', 'telemetryDatabaseUrl', `INSERT INTO shard (shard) VALUES (99); DELETE FROM shard WHERE shard = 99`],
    ['worker', 'telemetryDatabaseUrl', `SELECT drop_chunks('probe_recent', older_than => '2000-01-01'::timestamptz)`],
    ['worker', 'controlDatabaseUrl', 'SELECT pg_try_advisory_lock(1); LISTEN anything'],
  ] as const)('let %s of %s: %s', async (role, database, text) => {
    await expect(as(role, database, text)).resolves.toBeDefined();
  });

  it('have privileges on tables of later migrations', async () => {
    await as('owner', 'telemetryDatabaseUrl', 'CREATE TABLE later (id int)');
    await expect(as('projector', 'telemetryDatabaseUrl', 'INSERT INTO later VALUES (1)')).resolves.toEqual([]);
    await expect(as('api', 'telemetryDatabaseUrl', 'SELECT * FROM later')).resolves.toEqual([{ id: 1 }]);
  });
});
