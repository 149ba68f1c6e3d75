import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT_FOUND } from '../../apps/cli/commands/index.mjs';
import { withClient } from '../database-client.mjs';
import { giveToOwner } from '../owner.mjs';
import { rootDir, stateDir } from '../paths.mjs';
import { writePrivateJson, writePrivateText } from '../private-file.mjs';
import { Refusal, say } from '../say.mjs';
import { runCli, withServices } from './installation.mjs';
import { dump } from './pg-tools.mjs';

/** Raised when a backup holds other things than before. */
export const backupFormat = 1;
/** What makes the installation besides its databases: logins, keys, and the agents' certificate authority. */
export const privateFiles = ['secrets.json', 'bootstrap.json', 'ca'];

/**
 * Whether the folder is a backup, or the beginning of one.
 * @param {string} dir
 */
export const isBackup = (dir) => Object.values(dumps).some((name) => existsSync(join(dir, name)));

/** @type {Record<string, string>} */
export const dumps = { control: 'control.dump', telemetry: 'telemetry.dump' };

/**
 * npm run icmpmon -- backup <folder>: both databases, each in one snapshot, the private files, and a manifest; while it runs or not.
 * @param {import('../commands/run-command.mjs').Invocation} asked
 */
export async function backup(asked) {
  const dir = resolve(asked.args[0]);
  // A backup that failed before its first dump has left that file alone.
  if (existsSync(dir) && readdirSync(dir).some((name) => name !== '.gitignore')) {
    throw new Refusal(`${dir} is not empty. A backup never writes over anything: name a new folder.`);
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // One that was made before may be open to others.
  chmodSync(dir, 0o700);
  giveToOwner(dir);
  // A backup in the clone is never part of a commit, whatever it is called.
  writePrivateText(join(dir, '.gitignore'), '*\n');
  await withServices(say, (addresses) => write(dir, addresses));
  say(`The backup is in ${dir}. It holds passwords and keys: keep it private.`);
}

/**
 * @param {string} dir
 * @param {import('../providers/environment.mjs').Addresses} addresses
 */
async function write(dir, addresses) {
  const startedAt = new Date().toISOString();
  const positions = await readPositions(addresses);
  /** @type {Record<string, { bytes: number, sha256: string }>} */
  const files = {};
  // The telemetry is the younger of the two, so no status in the list is newer than the changes that it follows from.
  for (const [name, url] of [
    ['control', addresses.controlDatabaseUrl],
    ['telemetry', addresses.telemetryDatabaseUrl],
  ]) {
    const from = performance.now();
    const file = join(dir, dumps[name]);
    files[dumps[name]] = await dump(url, file);
    giveToOwner(file);
    const mib = (files[dumps[name]].bytes / 1024 / 1024).toFixed(1);
    say(`${name} database: ${mib} MiB in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  }
  const kept = privateFiles.filter((name) => existsSync(join(stateDir, name)));
  for (const name of kept) cpSync(join(stateDir, name), join(dir, 'private', name), { recursive: true });
  closeToOthers(dir);
  // Last of all: without it the folder is no backup.
  writePrivateJson(join(dir, 'manifest.json'), {
    format: backupFormat,
    version: productVersion(),
    startedAt,
    finishedAt: new Date().toISOString(),
    topicPrefix: process.env.ICMPMON_TOPIC_PREFIX ?? 'icmpmon',
    timescaledb: await timescaleVersion(addresses.telemetryDatabaseUrl),
    positions,
    files,
    privateFiles: kept,
  });
}

/**
 * Everything in the folder becomes readable for its owner alone: copies bring modes and owners of their own.
 * @param {string} dir
 */
function closeToOthers(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    chmodSync(path, entry.isDirectory() ? 0o700 : 0o600);
    giveToOwner(path);
    if (entry.isDirectory()) closeToOthers(path);
  }
}

/**
 * Positions of the shards; null, with a message, when Kafka cannot be asked.
 * @param {import('../providers/environment.mjs').Addresses} addresses
 */
async function readPositions(addresses) {
  const { code, output } = await runCli(['shards', '--json'], addresses, 'pipe');
  if (code === 0 || code === EXIT_FOUND) return JSON.parse(output);
  say('The positions of the shards are not in the manifest: Kafka could not be asked.');
  return null;
}

export const productVersion = () => JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')).version;

/** @param {string} url */
export function timescaleVersion(url) {
  return withClient(url, async (client) => {
    const { rows } = await client.query(`SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'`);
    return rows[0]?.extversion ?? null;
  });
}
