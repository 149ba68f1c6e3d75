import type { Sql } from '@icmp-mon/platform/database';
import type { ModelTable } from './read-model';

/** Numbers of differing rows by kind, and the first of them in the order of their keys. */
export interface Differences {
  table: string;
  missing: number;
  surplus: number;
  changed: number;
  first: { kind: 'missing' | 'surplus' | 'changed'; key: string; columns: string[] }[];
}

export interface Checksum {
  rows: number;
  sum: string;
}

const FIRST_SHOWN = 5;

/**
 * Creates empty shadow tables with the columns and checks of the live ones, without keys and indexes. Deletes what an interrupted run has left.
 */
export async function makeBeside(sql: Sql, tables: readonly ModelTable[], live: string, beside: string): Promise<void> {
  await sql.execute(`DROP SCHEMA IF EXISTS ${beside} CASCADE`);
  await sql.execute(`CREATE SCHEMA ${beside}`);
  for (const { name } of tables) {
    // Unlogged: after a crash of the server the rebuild starts from the beginning anyway.
    await sql.execute(`CREATE UNLOGGED TABLE ${beside}.${name} (LIKE ${live}.${name} INCLUDING ALL EXCLUDING INDEXES)`);
  }
}

/** Adds the keys of the live tables to the shadow tables. Other indexes only serve readers and would slow down writing. */
export async function addKeys(sql: Sql, tables: readonly ModelTable[], live: string, beside: string): Promise<void> {
  for (const { name } of tables) {
    for (const key of await keysOf(sql, name, live)) await sql.execute(`ALTER TABLE ${beside}.${name} ADD ${key}`);
  }
}

/** Returns the primary and unique keys of a table as SQL. */
async function keysOf(sql: Sql, table: string, schema: string): Promise<string[]> {
  const rows = await sql.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u') ORDER BY contype, conname`,
    [`${schema}.${table}`],
  );
  return rows.map(({ definition }) => definition);
}

/** Returns the number of rows and the sum of their hashes, which does not depend on the order of rows. */
export async function checksum(sql: Sql, { name, columns }: ModelTable, schema: string): Promise<Checksum> {
  const [row] = await sql.query<Checksum>(
    `SELECT count(*) AS rows, coalesce(sum(hash_record_extended(ROW(${columns.join(', ')}), 0)), 0)::text AS sum
     FROM ${schema}.${name}`,
  );
  return row ?? { rows: 0, sum: '0' };
}

/** Returns the rows that differ: `missing` in the live table, `surplus` in it, or `changed`. */
export async function differences(sql: Sql, table: ModelTable, live: string, beside: string): Promise<Differences> {
  const { name, key, columns } = table;
  const rest = columns.filter((column) => !key.includes(column));
  const rows = await sql.query<Differences['first'][number] & { count: number }>(
    `SELECT * FROM (
       SELECT kind, key, columns, count(*) OVER (PARTITION BY kind) AS count,
              row_number() OVER (PARTITION BY kind ORDER BY key) AS number
       FROM (
         SELECT CASE WHEN l.${key[0]} IS NULL THEN 'missing' WHEN b.${key[0]} IS NULL THEN 'surplus' ELSE 'changed' END AS kind,
                concat_ws('/', ${key.map((column) => `coalesce(l.${column}, b.${column})`).join(', ')}) AS key,
                array_remove(ARRAY[${rest.map((column) => `CASE WHEN l.${column} IS DISTINCT FROM b.${column} THEN '${column}' END`).join(', ') || 'NULL'}]::text[], NULL) AS columns
         FROM ${live}.${name} l FULL JOIN ${beside}.${name} b ON ${sameKey(key)}
         WHERE ROW(${columns.map((column) => `l.${column}`).join(', ')}) IS DISTINCT FROM ROW(${columns.map((column) => `b.${column}`).join(', ')})
       ) AS differing
     ) AS numbered WHERE number <= ${FIRST_SHOWN} ORDER BY kind, number`,
  );
  const count = (kind: string): number => rows.find((row) => row.kind === kind)?.count ?? 0;
  return {
    table: name,
    missing: count('missing'),
    surplus: count('surplus'),
    changed: count('changed'),
    first: rows.map((row) => ({ kind: row.kind, key: row.key, columns: row.kind === 'changed' ? row.columns : [] })),
  };
}

/** Replaces live rows that differ from the rebuilt ones; equal rows are not touched. Runs in the caller's transaction: readers see all or nothing. */
export async function replaceRows(
  sql: Sql,
  { name, key, columns }: ModelTable,
  live: string,
  beside: string,
): Promise<void> {
  await sql.execute(
    `DELETE FROM ${live}.${name} l WHERE NOT EXISTS (
       SELECT 1 FROM ${beside}.${name} b WHERE ${sameKey(key)} AND ROW(${columns.map((column) => `b.${column}`).join(', ')})
         IS NOT DISTINCT FROM ROW(${columns.map((column) => `l.${column}`).join(', ')}))`,
  );
  const written = await writableColumns(sql, name, live);
  await sql.execute(
    `INSERT INTO ${live}.${name} (${written}) SELECT ${written} FROM ${beside}.${name} b
     WHERE NOT EXISTS (SELECT 1 FROM ${live}.${name} l WHERE ${sameKey(key)})`,
  );
}

function sameKey(key: readonly string[]): string {
  return key.map((column) => `l.${column} = b.${column}`).join(' AND ');
}

/** Returns all columns except generated ones. */
async function writableColumns(sql: Sql, table: string, schema: string): Promise<string> {
  const rows = await sql.query<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [`${schema}.${table}`],
  );
  return rows.map(({ name }) => name).join(', ');
}
