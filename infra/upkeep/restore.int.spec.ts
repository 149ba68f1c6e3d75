import { randomBytes } from 'node:crypto';
import { testServices } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { besides, nameOf, query, transaction } from './database-server.mjs';
import { dropFresh, dropReplaced, freshDatabases, swapIn } from './fresh-databases.mjs';
import { checkDatabases } from './restore-checks.mjs';

const id = randomBytes(6).toString('hex');
const server: string = testServices().databaseUrl;
const names = ['control', 'telemetry'].map((kind) => `icmpmon_test_${id}_${kind}`);
const urls = names.map((name) => besides(server, name));
const [controlUrl, telemetryUrl] = urls;
let timescaledb = '';

const check = (more: object = {}): Promise<void> => checkDatabases(urls, { timescaledb, overwrite: false, ...more });

async function namesThere(): Promise<string[]> {
  const rows = await query(server, `SELECT datname FROM pg_database WHERE datname LIKE '%${id}%' ORDER BY 1`);
  return rows.map(({ datname }: { datname: string }) => datname);
}

async function onServer(...statements: string[]): Promise<void> {
  for (const statement of statements) await query(server, statement);
}

/** Recreates the database, empty or with the result of the statements. */
async function remake(url: string, ...statements: string[]): Promise<void> {
  await onServer(`DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`, `CREATE DATABASE ${nameOf(url)}`);
  await transaction(url, statements);
}

describe('a restore', () => {
  beforeAll(async () => {
    const [row] = await query(server, `SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'`);
    timescaledb = row.default_version;
  });

  afterAll(async () => {
    for (const name of await namesThere()) await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    await onServer(`DROP ROLE IF EXISTS icmpmon_test_${id}`);
  });

  it('accepts databases that do not exist or contain only extensions', async () => {
    await expect(check()).resolves.toBeUndefined();
    await remake(controlUrl);
    await remake(telemetryUrl, 'CREATE EXTENSION timescaledb');
    await expect(check()).resolves.toBeUndefined();
  });

  it.each([
    ['a table', 'CREATE TABLE invoice (id int)'],
    ['a table of another schema', 'CREATE SCHEMA billing; CREATE TABLE billing.invoice (id int)'],
    ['a view', 'CREATE VIEW invoice AS SELECT 1 AS id'],
    ['a sequence', 'CREATE SEQUENCE invoice'],
  ])('never replaces a foreign database: one with %s', async (_, statement) => {
    await remake(controlUrl, statement);
    await expect(check()).rejects.toThrow(/invoice and does not belong to ICMP-Mon/);
    await expect(check({ overwrite: true })).rejects.toThrow(/invoice and does not belong to ICMP-Mon/);
  });

  it("replaces the product's own only with --overwrite", async () => {
    await remake(controlUrl, 'CREATE TABLE migration (id int)');
    await expect(check()).rejects.toThrow(/add --overwrite/);
    await expect(check({ overwrite: true })).resolves.toBeUndefined();
  });

  it('is rejected for a role that may not create databases, and for a version that the server does not have', async () => {
    await onServer(`CREATE ROLE icmpmon_test_${id} LOGIN PASSWORD 'x'`);
    const login = { username: `icmpmon_test_${id}`, password: 'x' };
    const asOther = urls.map((url) => Object.assign(new URL(url), login).href);
    await expect(checkDatabases(asOther, { timescaledb, overwrite: true })).rejects.toThrow(/may not create databases/);
    await expect(check({ overwrite: true, timescaledb: '1.7.5' })).rejects.toThrow(
      new RegExp(`needs TimescaleDB 1.7.5, the server has .*${timescaledb}`),
    );
  });

  it('that fails leaves the existing databases, and the next one drops what an interrupted one created', async () => {
    await remake(controlUrl, 'CREATE TABLE migration (id int)');
    await remake(telemetryUrl, 'CREATE EXTENSION timescaledb', 'CREATE TABLE migration (id int)');
    const first = await freshDatabases(urls);
    await transaction(first[0], ['CREATE TABLE half (id int)']);
    const second = await freshDatabases(urls);
    expect(second).toEqual(first);
    expect(await query(second[0], `SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    await dropFresh(urls);
    expect(await namesThere()).toEqual(names);
    expect(await query(controlUrl, 'SELECT * FROM migration')).toEqual([]);
  });

  it("renames both databases in one step while TimescaleDB's workers run in them", async () => {
    const fresh = await freshDatabases(urls);
    await transaction(fresh[0], ['CREATE TABLE restored (id int)']);
    await transaction(fresh[1], ['CREATE EXTENSION timescaledb', 'CREATE TABLE restored (id int)']);
    await swapIn(urls);
    await query(telemetryUrl, 'SELECT _timescaledb_functions.start_background_workers()');
    expect((await namesThere()).filter((name) => name.startsWith('replaced_'))).toHaveLength(2);
    await dropReplaced(urls);
    expect(await namesThere()).toEqual(names);
    for (const url of urls) expect(await query(url, 'SELECT * FROM restored')).toEqual([]);
  });

  it('renames no database when one cannot be renamed', async () => {
    const fresh = await freshDatabases(urls);
    await onServer(`DROP DATABASE ${nameOf(fresh[1])}`, `CREATE DATABASE "replaced_${names[1]}"`);
    await expect(swapIn(urls)).rejects.toThrow(/already exists/);
    for (const url of urls) expect(await query(url, 'SELECT * FROM restored')).toEqual([]);
    await expect(freshDatabases(urls)).rejects.toThrow(/needs the name/);
    await onServer(`DROP DATABASE "replaced_${names[1]}"`);
    await dropFresh(urls);
  });
});
