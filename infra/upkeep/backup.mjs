import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT_FOUND } from '../../apps/cli/commands/index.mjs';
import { withClient } from '../database-client.mjs';
import { giveToOwner } from '../owner.mjs';
import { rootDir, stateDir } from '../paths.mjs';
import { writePrivateJson, writePrivateText } from '../private-file.mjs';
import { Refusal, print } from '../output.mjs';
import { runCli, withServices } from './installation.mjs';
import { dump } from './pg-tools.mjs';

/** Format of a backup. Raise it when its content changes. */
export const backupFormat = 1;
/** Files that belong to the installation besides its databases: logins, keys, and the agents' certificate authority. */
export const privateFiles = ['secrets.json', 'bootstrap.json', 'ca'];

/**
 * Returns whether the folder is a backup, even an incomplete one.
 * @param {string} dir
 */
export const isBackup = (dir) => Object.values(dumps).some((name) => existsSync(join(dir, name)));

/** @type {Record<string, string>} */
export const dumps = { control: 'control.dump', telemetry: 'telemetry.dump' };

/**
 * Writes both databases (one snapshot per database), the private files and a manifest to a new folder; the product may be running or stopped.
 * @param {import('../commands/run-command.mjs').Invocation} asked
 */
export async function backup(asked) {
  const dir = resolve(asked.args[0]);
  // A backup that failed before its first dump left only this file.
  if (existsSync(dir) && readdirSync(dir).some((name) => name !== '.gitignore')) {
    throw new Refusal(`${dir} is not empty. A backup never overwrites files: choose a new folder.`);
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // An existing folder may be readable by other users.
  chmodSync(dir, 0o700);
  giveToOwner(dir);
  // Keeps a backup inside the clone out of every commit.
  writePrivateText(join(dir, '.gitignore'), '*\n');
  await withServices(print, (addresses) => write(dir, addresses));
  print(`The backup is in ${dir}. It contains passwords and keys: keep it private.`);
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
  // The telemetry dump is taken last, so that no status in the target list is newer than the status changes that it follows from.
  for (const [name, url] of [
    ['control', addresses.controlDatabaseUrl],
    ['telemetry', addresses.telemetryDatabaseUrl],
  ]) {
    const from = performance.now();
    const file = join(dir, dumps[name]);
    files[dumps[name]] = await dump(url, file);
    giveToOwner(file);
    const mib = (files[dumps[name]].bytes / 1024 / 1024).toFixed(1);
    print(`${name} database: ${mib} MiB in ${((performance.now() - from) / 1000).toFixed(1)} s`);
  }
  const kept = privateFiles.filter((name) => existsSync(join(stateDir, name)));
  for (const name of kept) cpSync(join(stateDir, name), join(dir, 'private', name), { recursive: true });
  closeToOthers(dir);
  // Written last: without it the folder is not a complete backup.
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
 * Makes everything in the folder readable only by its owner, because copied files keep their modes and owners.
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
 * Returns the positions of the shards; null, with a message, when Kafka does not answer.
 * @param {import('../providers/environment.mjs').Addresses} addresses
 */
async function readPositions(addresses) {
  const { code, output } = await runCli(['shards', '--json'], addresses, 'pipe');
  if (code === 0 || code === EXIT_FOUND) return JSON.parse(output);
  print('The manifest has no positions of the shards: Kafka did not answer.');
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
