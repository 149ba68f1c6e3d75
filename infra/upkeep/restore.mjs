import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT_FOUND } from '../../apps/cli/commands/index.mjs';
import { readJson } from '../private-file.mjs';
import { Refusal, print } from '../output.mjs';
import { backupFormat, dumps, productVersion } from './backup.mjs';
import { query } from './database-server.mjs';
import { dropFresh, dropReplaced, freshDatabases, swapIn } from './fresh-databases.mjs';
import { isRunning, runCli, withServices } from './installation.mjs';
import { checkTool, load, sha256Of } from './pg-tools.mjs';
import { stagePrivateFiles } from './private-files.mjs';
import { checkDatabases, refuseUsers } from './restore-checks.mjs';

/**
 * Loads a backup into empty databases and prepares them, so that the product continues from there.
 * @param {import('../commands/run-command.mjs').Invocation} asked
 */
export async function restore(asked) {
  const dir = resolve(asked.args[0]);
  const [overwrite, adopt] = [asked.flag('overwrite'), asked.flag('adopt')];
  const manifest = await checkedManifest(dir);
  if (isRunning()) throw new Refusal('ICMP-Mon is running. Stop it first: npm stop');
  await withServices(print, (addresses) => fill(dir, manifest, addresses, { overwrite, adopt }));
}

/**
 * Throws a Refusal when the folder is not a backup.
 * @param {import('../commands/run-command.mjs').Invocation} asked
 */
export function requireBackup(asked) {
  readManifest(resolve(asked.args[0]));
}

/**
 * @param {string} dir
 * @returns {Manifest}
 */
function readManifest(dir) {
  if (!existsSync(dir)) throw new Refusal(`There is no folder ${dir}.`);
  const manifest = readJson(join(dir, 'manifest.json'));
  if (!manifest)
    throw new Refusal(`${dir} is not a complete backup: it has no manifest.json, which a backup writes last.`);
  return manifest;
}

/**
 * Returns the manifest of a complete and readable backup.
 * @param {string} dir
 */
async function checkedManifest(dir) {
  const manifest = readManifest(dir);
  if (manifest.format !== backupFormat) {
    throw new Refusal(`${dir} is a backup of format ${manifest.format}, this version reads ${backupFormat}.`);
  }
  if (compareVersions(manifest.version, productVersion()) > 0) {
    throw new Refusal(
      `${dir} was made by version ${manifest.version}, this is ${productVersion()}: use that version or a later one.`,
    );
  }
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const file = join(dir, name);
    if (!existsSync(file) || (await sha256Of(file)) !== sha256) {
      throw new Refusal(
        `${file} is missing or was changed: its SHA-256 differs from the manifest. Nothing was changed.`,
      );
    }
  }
  return manifest;
}

/** @typedef {{ format: number, version: string, startedAt: string, timescaledb: string, privateFiles: string[], files: Record<string, { bytes: number, sha256: string }> }} Manifest */

/**
 * Loads the backup into new databases; only when all of it has succeeded, they replace the existing ones.
 * @param {string} dir
 * @param {Manifest} manifest
 * @param {import('../providers/environment.mjs').Addresses} addresses
 * @param {{ overwrite: boolean, adopt: boolean }} of
 */
async function fill(dir, manifest, addresses, { overwrite, adopt }) {
  const urls = [addresses.controlDatabaseUrl, addresses.telemetryDatabaseUrl];
  await checkTool('pg_restore');
  await checkDatabases(urls, { timescaledb: manifest.timescaledb, overwrite });
  const privateFiles = stagePrivateFiles(dir, manifest.privateFiles);
  try {
    const [controlDatabaseUrl, telemetryDatabaseUrl] = await freshDatabases(urls);
    await loadInto({ ...addresses, controlDatabaseUrl, telemetryDatabaseUrl }, dir, manifest);
    for (const url of urls) await refuseUsers(url);
    await swapIn(urls);
  } catch (error) {
    privateFiles.discard();
    await dropFresh(urls).catch((left) => print(left.message));
    print('The restore failed. The previous databases and files are unchanged.');
    throw error;
  }
  privateFiles.put();
  // TimescaleDB's background workers do not follow a renamed database by themselves.
  await query(addresses.telemetryDatabaseUrl, 'SELECT _timescaledb_functions.start_background_workers()');
  await dropReplaced(urls);
  await tellShards(addresses, adopt);
  print('Restored. Start it: npm start -- --detach');
}

/**
 * @param {import('../providers/environment.mjs').Addresses} addresses
 * @param {string} dir
 * @param {Manifest} manifest
 */
async function loadInto(addresses, dir, manifest) {
  const { controlDatabaseUrl, telemetryDatabaseUrl } = addresses;
  await timed('control database', () => load(controlDatabaseUrl, join(dir, dumps.control)));
  await timed('telemetry database', async () => {
    await query(telemetryDatabaseUrl, `CREATE EXTENSION timescaledb VERSION '${manifest.timescaledb}'`);
    await query(telemetryDatabaseUrl, 'SELECT timescaledb_pre_restore()');
    await load(telemetryDatabaseUrl, join(dir, dumps.telemetry));
    await query(telemetryDatabaseUrl, 'SELECT timescaledb_post_restore()');
  });
  print(`Both are as of ${manifest.startedAt}.`);
  const after = await runCli(['after-restore'], addresses);
  if (after.code !== 0) throw new Refusal('Preparing the restored databases failed: see above.');
}

/**
 * @param {import('../providers/environment.mjs').Addresses} addresses
 * @param {boolean} adopt
 */
async function tellShards(addresses, adopt) {
  const shards = await runCli(adopt ? ['shards', 'adopt', '--yes'] : ['shards'], addresses);
  if (shards.code !== 0 && shards.code !== EXIT_FOUND) {
    throw new Refusal(
      'The databases are restored, but the positions of their shards could not be read: see above. Fix that, start the product, then\n' +
        '  npm run icmpmon -- shards adopt',
    );
  }
  if (shards.code === EXIT_FOUND) {
    print(
      'The log does not contain the next positions. To continue from what it contains, and record the missing time as not measured:',
    );
    print('  npm start -- --detach && npm run icmpmon -- shards adopt --yes');
  }
}

/**
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function timed(what, work) {
  const from = performance.now();
  await work();
  print(`${what}: restored in ${((performance.now() - from) / 1000).toFixed(1)} s`);
}

/**
 * @param {string} a
 * @param {string} b
 */
function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0));
  const at = [0, 1, 2].find((place) => left[place] !== right[place]);
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
