import { chmodSync, closeSync, linkSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PAGE_BYTES } from './write-ahead-log';

export const SPOOL_FILE = 'spool.db';
const SCHEMA_VERSION = 1;
const SET_ASIDE_MAX = 3;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

const SCHEMA = `
  CREATE TABLE block (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shard INTEGER NOT NULL,
    policy_version INTEGER NOT NULL,
    base_time_ms INTEGER NOT NULL,
    live_until_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    raw_length INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    crc INTEGER NOT NULL,
        -- Identity under which it was shipped: set at the first attempt, never changed after that.
    lane INTEGER, boot INTEGER, sequence INTEGER,
    body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX block_shipped ON block (lane, boot, sequence) WHERE sequence IS NOT NULL;
  CREATE INDEX block_unshipped ON block (live_until_ms, id) WHERE sequence IS NULL;
    -- The newest blocks that the gateway refused permanently, kept for operators.
  CREATE TABLE refused (id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, reason TEXT NOT NULL,
    boot INTEGER NOT NULL, sequence INTEGER NOT NULL, shard INTEGER NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Thrown when the file belongs to a newer agent, is damaged, or is not a spool. */
export class UnusableSpool extends Error {
  override readonly name = 'UnusableSpool';
}

/** Opens the spool's database; creates it if it does not exist. @throws UnusableSpool */
export function openSpoolDatabase(dir: string, name = SPOOL_FILE): DatabaseSync {
  const file = path.join(dir, name);
  // SQLite gives its other files the permissions of this one.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: 2_000 });
  try {
    // Only one agent may use a state folder: a second one would assign the same sequences.
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE;`);
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;');
    database.exec('PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA cache_size = -8192;');
    const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0]);
    if (version > SCHEMA_VERSION) {
      throw new UnusableSpool(`it has version ${version}, this agent supports ${SCHEMA_VERSION}`);
    }
    if (version === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    // Reads each table and index, so that an unusable file is detected now.
    database.exec(
      'BEGIN IMMEDIATE; SELECT * FROM total; SELECT max(id) FROM block; SELECT max(id) FROM refused; COMMIT;',
    );
    return database;
  } catch (error) {
    database.close();
    if (isUnusable(error)) {
      throw new UnusableSpool(error instanceof Error ? error.message : String(error), { cause: error });
    }
    throw error;
  }
}

/** Thrown when the content of the file contradicts itself and SQLite has not noticed. */
export class DamagedSpool extends Error {
  override readonly name = 'DamagedSpool';
}

/** Lets SQLite check all pages. @throws DamagedSpool with the first finding */
export function checkPages(database: DatabaseSync): void {
  const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
  if (found !== 'ok') throw new DamagedSpool(String(found));
}

/** Whether the error shows that the spool's file is damaged. */
export function isCorruption(error: unknown): boolean {
  if (error instanceof DamagedSpool) return true;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** Whether the error shows that the agent cannot use the file: it is damaged or has other tables. */
export function isUnusable(error: unknown): boolean {
  if (error instanceof UnusableSpool || isCorruption(error)) return true;
  return error instanceof Error && /no such (table|column)|no column named|already exists/.test(error.message);
}

/**
 * Replaces the spool's database with the one of that name. The old files are kept under another name, the last three of them.
 * Returns that name.
 */
export function replaceSpool(dir: string, successor: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const name = `spool-damaged-${stamp}.db`;
  const spool = path.join(dir, SPOOL_FILE);
  // The old file stays in place until it is replaced atomically: a start in between finds one of the two.
  rmSync(path.join(dir, name), { force: true });
  linkSync(spool, path.join(dir, name));
  for (const suffix of ['-wal', '-shm']) renameIfAny(`${spool}${suffix}`, path.join(dir, `${name}${suffix}`));
  renameSync(path.join(dir, successor), spool);
  const old = readdirSync(dir).filter((file) => /^spool-damaged-.*\.db$/.test(file));
  for (const file of old.sort().slice(0, -SET_ASIDE_MAX)) removeDatabase(dir, file);
  return name;
}

/** Removes a database together with SQLite's additional files. */
export function removeDatabase(dir: string, name: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path.join(dir, `${name}${suffix}`), { force: true });
}

function renameIfAny(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
