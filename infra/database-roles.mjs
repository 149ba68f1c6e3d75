// Roles and privileges in the databases that this installation runs itself. The superuser creates roles, databases and extensions, and
// restores; no app has its password.

import { withClient } from './database-client.mjs';

/** @typedef {{ controlDatabaseUrl: string, telemetryDatabaseUrl: string }} DatabaseAddresses */
/** @typedef {Record<string, DatabaseAddresses>} RoleAddresses by role */
/** @typedef {(text: string, values?: unknown[]) => Promise<Record<string, string>[]>} Query rows of one statement */

const ownerRole = 'icmpmon_owner';
/** @type {Record<string, string>} */
const everyRole = { owner: ownerRole };
for (const app of ['api', 'worker', 'projector', 'gateway']) everyRole[app] = `icmpmon_${app}`;

export const databaseRoles = Object.keys(everyRole);

/** Tables of accounts and logins, of stored answers that may contain a new key, and of the keys of personal data: only the api reads them. */
const accountTables = [
  'user_account',
  'login_session',
  'refresh_token',
  'password_link',
  'login_challenge',
  'second_factor',
  'recovery_code',
  'issuer_login',
  'used_sign_in',
  'api_key',
  'bootstrap_done',
  'idempotency_key',
  'event_key',
];
const write = 'SELECT, INSERT, UPDATE, DELETE';
/** Privileges of the apps. The worker is a member of the owner role, because it drops chunks and refreshes aggregates, which needs ownership. */
/** @type {Record<string, Record<string, string>>} */
const rights = {
  control: { api: write, projector: write, gateway: write },
  telemetry: { api: 'SELECT', projector: write },
};
/** @type {Record<string, keyof DatabaseAddresses>} */
const kinds = { control: 'controlDatabaseUrl', telemetry: 'telemetryDatabaseUrl' };

/**
 * Returns the addresses of both databases by role: {owner, api, worker, projector, gateway}.
 * @param {DatabaseAddresses} addresses
 * @param {Record<string, string>} passwords
 */
export function roleAddresses(addresses, passwords) {
  /**
   * @param {string} url
   * @param {string} role
   */
  const login = (url, role) =>
    Object.assign(new URL(url), { username: everyRole[role], password: passwords[role] }).href;
  return Object.fromEntries(
    Object.keys(everyRole).map((role) => [
      role,
      {
        controlDatabaseUrl: login(addresses.controlDatabaseUrl, role),
        telemetryDatabaseUrl: login(addresses.telemetryDatabaseUrl, role),
      },
    ]),
  );
}

/**
 * Creates the roles with their passwords, and makes the owner role the owner of everything of the superuser's. Safe to repeat. Runs before migrations.
 * @param {DatabaseAddresses} addresses
 * @param {Record<string, string>} passwords
 */
export async function ensureRoles(addresses, passwords) {
  const { default: pg } = await import('pg');
  await inTransaction(addresses.controlDatabaseUrl, async (query) => {
    for (const [role, name] of Object.entries(everyRole)) {
      const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
      const plain = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
      const password = pg.escapeLiteral(passwords[role]);
      await query(`${known.length > 0 ? 'ALTER' : 'CREATE'} ROLE ${name} ${plain} PASSWORD ${password}`);
    }
    await query(`GRANT ${ownerRole} TO ${everyRole.worker}`);
  });
  for (const key of Object.values(kinds)) await inTransaction(addresses[key], giveToOwner);
}

/** @param {Query} query */
async function giveToOwner(query) {
  const [{ name, superuser }] = await query('SELECT current_database() AS name, current_user AS superuser');
  await query(`ALTER DATABASE "${name.replaceAll('"', '""')}" OWNER TO ${ownerRole}`);
  const statements = await query(OWNED_BY_SUPERUSER, [superuser, ownerRole]);
  for (const { statement } of statements) await query(statement);
}

/**
 * Returns one statement per relation, function and schema that the superuser owns and that belongs to no extension. A continuous
 * aggregate is a view for PostgreSQL and a materialized view for TimescaleDB. Sequences of columns and chunks follow their tables.
 */
const OWNED_BY_SUPERUSER = `
  WITH ours AS (
    SELECT c.oid, c.relkind, c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = $1::regrole AND n.nspname !~ '^(pg_|information_schema$|_?timescaledb)'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
  )
  SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $2::text) AS statement FROM pg_namespace
  WHERE nspowner = $1::regrole AND nspname !~ '^(pg_|information_schema$|public$|_?timescaledb)'
  UNION ALL
  SELECT format('ALTER %s %I.%I OWNER TO %I',
    CASE WHEN relkind IN ('r', 'p') THEN 'TABLE' WHEN relkind = 'S' THEN 'SEQUENCE'
         WHEN relkind = 'm' OR definition LIKE '%_materialized_hypertable_%' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
    nspname, relname, $2::text)
  FROM (SELECT *, CASE WHEN relkind = 'v' THEN pg_get_viewdef(oid) END AS definition FROM ours) o
  WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL
  SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $2::text) FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.proowner = $1::regrole AND n.nspname = 'public'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`;

/**
 * Grants each app its privileges, also on tables that are created later. Safe to repeat. Runs after migrations.
 * @param {DatabaseAddresses} addresses
 */
export async function grantRights(addresses) {
  for (const [kind, key] of Object.entries(kinds)) {
    await inTransaction(addresses[key], async (query) => {
      for (const [app, tables] of Object.entries(rights[kind])) await grant(query, everyRole[app], tables);
      if (kind === 'control') await hideAccounts(query);
    });
  }
}

/**
 * @param {Query} query
 * @param {string} role
 * @param {string} tables
 */
async function grant(query, role, tables) {
  const sequences = tables === 'SELECT' ? 'SELECT' : 'USAGE, SELECT';
  await query(`GRANT USAGE ON SCHEMA public TO ${role}`);
  await query(`GRANT ${tables} ON ALL TABLES IN SCHEMA public TO ${role}`);
  await query(`GRANT ${sequences} ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
  await query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} GRANT ${tables} ON TABLES TO ${role}`);
  await query(`ALTER DEFAULT PRIVILEGES FOR ROLE ${ownerRole} GRANT ${sequences} ON SEQUENCES TO ${role}`);
}

/** @param {Query} query */
async function hideAccounts(query) {
  const there = await query(
    `SELECT relname FROM pg_class WHERE relname = ANY($1) AND relnamespace = 'public'::regnamespace`,
    [accountTables],
  );
  const from = `${everyRole.gateway}, ${everyRole.projector}`;
  for (const { relname } of there) await query(`REVOKE ALL ON ${relname} FROM ${from}`);
}

/**
 * @param {string} connectionString
 * @param {(query: Query) => Promise<void>} work
 */
function inTransaction(connectionString, work) {
  return withClient(connectionString, async (client) => {
    await client.query('BEGIN');
    await work(async (text, values) => (await client.query(text, values)).rows);
    await client.query('COMMIT');
  });
}
