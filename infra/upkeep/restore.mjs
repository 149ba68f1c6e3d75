import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDatabases } from '../databases.mjs';
import { stateDir } from '../paths.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';
import { Refusal, say } from '../say.mjs';
import { backupFormat, dumps, productVersion, timescaleVersion } from './backup.mjs';
import { isRunning, runCli, withServices } from './installation.mjs';
import { load, sha256Of } from './pg-tools.mjs';

const usage = 'Use: npm run restore -- <folder of a backup> [--overwrite] [--adopt]';

/** npm run restore -- <folder>: fills empty databases from a backup and makes ready what has to go on from there. */
export async function restore(args) {
  const { dir, overwrite, adopt } = readArguments(args);
  const manifest = await checkedManifest(dir);
  if (isRunning()) throw new Refusal('It is running. First: npm stop');
  await withServices(say, (addresses) => fill(dir, manifest, addresses, { overwrite, adopt }));
}

function readArguments(args) {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { overwrite: { type: 'boolean' }, adopt: { type: 'boolean' } },
    });
    if (positionals.length !== 1) throw new Error('name one folder');
    return { dir: resolve(positionals[0]), overwrite: values.overwrite === true, adopt: values.adopt === true };
  } catch (error) {
    throw new Refusal(`${usage}\n${error.message}`);
  }
}

/** The manifest of a whole and readable backup. */
async function checkedManifest(dir) {
  const manifest = readJson(join(dir, 'manifest.json'));
  if (!manifest) throw new Refusal(`${dir} is no whole backup: it has no manifest.json, which is written last.`);
  if (manifest.format !== backupFormat) {
    throw new Refusal(`${dir} is a backup of format ${manifest.format}, this version reads ${backupFormat}.`);
  }
  if (compareVersions(manifest.version, productVersion()) > 0) {
    throw new Refusal(
      `${dir} was made by version ${manifest.version}, this is ${productVersion()}: use that one or a later one.`,
    );
  }
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const file = join(dir, name);
    if (!existsSync(file) || (await sha256Of(file)) !== sha256) {
      throw new Refusal(`${file} is missing or not what the backup wrote: its SHA-256 differs. Nothing was changed.`);
    }
  }
  return manifest;
}

/** Logins, keys and the authority as they were; passwords of services that are here already stay. */
function restorePrivateFiles(dir, manifest) {
  mkdirSync(stateDir, { recursive: true });
  for (const name of manifest.privateFiles) {
    const from = join(dir, 'private', name);
    const to = join(stateDir, name);
    if (name === 'secrets.json') {
      writePrivateJson(to, { ...readJson(from), ...passwordsOf(readJson(to)) });
    } else {
      rmSync(to, { recursive: true, force: true });
      cpSync(from, to, { recursive: true });
    }
  }
  say(`Private files: ${manifest.privateFiles.join(', ')}`);
}

function passwordsOf(secrets) {
  if (!secrets) return {};
  const { postgresPassword, redisPassword } = secrets;
  return { postgresPassword, redisPassword };
}

async function fill(dir, manifest, addresses, { overwrite, adopt }) {
  const urls = [addresses.controlDatabaseUrl, addresses.telemetryDatabaseUrl];
  await refuseUsers(urls);
  for (const url of urls) await emptied(url, overwrite);
  await ensureDatabases(addresses);
  const here = await timescaleVersion(addresses.telemetryDatabaseUrl);
  if (here !== manifest.timescaledb) {
    throw new Refusal(
      `The backup holds TimescaleDB ${manifest.timescaledb}, the server brings ${here}. Restore with the same version, then update it.`,
    );
  }
  restorePrivateFiles(dir, manifest);
  await timed('control database', () => load(addresses.controlDatabaseUrl, join(dir, dumps.control)));
  await timed('telemetry database', async () => {
    await query(addresses.telemetryDatabaseUrl, 'SELECT timescaledb_pre_restore()');
    await load(addresses.telemetryDatabaseUrl, join(dir, dumps.telemetry));
    await query(addresses.telemetryDatabaseUrl, 'SELECT timescaledb_post_restore()');
  });
  say(`Both are as of ${manifest.startedAt}.`);
  const after = await runCli(['after-restore'], addresses);
  if (after.code !== 0)
    throw new Refusal(
      'The databases are restored, but could not be made ready: see above, then restore anew with --overwrite.',
    );
  const shards = await runCli(adopt ? ['shards', 'adopt', '--yes'] : ['shards'], addresses);
  if (shards.code !== 0 && shards.code !== 2) {
    throw new Refusal(
      'The databases are restored. Where their shards stand could not be told: see above. When that is mended, start it, then\n' +
        '  npm run icmpmon -- shards adopt',
    );
  }
  if (shards.code === 2) {
    say(
      'The log does not hold what comes next. To go on from what it holds, and record what is missing as not measured:',
    );
    say('  npm start -- --detach && npm run icmpmon -- shards adopt --yes');
  }
  say('Restored. Go on with: npm start -- --detach');
}

/** Restoring under apps that write would mix two states. */
async function refuseUsers(urls) {
  for (const url of urls) {
    const { rows } = await query(
      serverOf(url),
      `SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
         AND backend_type = 'client backend'`,
      [nameOf(url)],
    );
    if (rows.length === 0) continue;
    const names = rows.map(({ name }) => name || 'somebody').join(', ');
    throw new Refusal(`The database ${nameOf(url)} is in use by ${names}. Stop them first.`);
  }
}

async function emptied(url, overwrite) {
  const { rows } = await query(serverOf(url), 'SELECT 1 FROM pg_database WHERE datname = $1', [nameOf(url)]);
  if (rows.length === 0) return;
  const { rows: tables } = await query(url, `SELECT to_regclass('migration') IS NOT NULL AS used`);
  if (tables[0].used && !overwrite) {
    throw new Refusal(`The database ${nameOf(url)} is not empty. To replace all that is in it, add --overwrite`);
  }
  const { default: pg } = await import('pg');
  await query(serverOf(url), `DROP DATABASE ${pg.escapeIdentifier(nameOf(url))} WITH (FORCE)`);
}

async function timed(what, work) {
  const from = performance.now();
  await work();
  say(`${what}: restored in ${((performance.now() - from) / 1000).toFixed(1)} s`);
}

const nameOf = (url) => decodeURIComponent(new URL(url).pathname.slice(1));
const serverOf = (url) => Object.assign(new URL(url), { pathname: '/postgres' }).href;

async function query(connectionString, text, values) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await client.query(text, values);
  } finally {
    await client.end();
  }
}

function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0));
  const at = [0, 1, 2].find((place) => left[place] !== right[place]);
  return at === undefined ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
