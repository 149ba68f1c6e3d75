import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { toolOptions } from '../database-client.mjs';
import { isRoot } from '../owner.mjs';
import { runtimeDir } from '../paths.mjs';
import { hasCommand } from '../provision/system-packages.mjs';
import { run } from '../run.mjs';
import { Refusal } from '../output.mjs';
import { postgresMajor } from '../services/postgres.mjs';

const treeDir = join(runtimeDir, 'system');
const keptErrorBytes = 8 * 1024;

/**
 * Writes a dump of the database to a private file; returns its size and SHA-256.
 * @param {string} databaseUrl
 * @param {string} file
 */
export async function dump(databaseUrl, file) {
  const args = ['--format=custom', '--compress=3', '--no-owner', '--no-privileges', '--no-comments'];
  const { child, ended } = await start('pg_dump', args, databaseUrl, ['ignore', 'pipe', 'pipe']);
  if (child.stdout === null) throw new Error('pg_dump has no stdout');
  const hash = createHash('sha256');
  let bytes = 0;
  child.stdout.on('data', (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  await Promise.all([pipeline(child.stdout, createWriteStream(file, { mode: 0o600, flags: 'wx' })), ended]);
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Loads a dump into an empty database.
 * @param {string} databaseUrl
 * @param {string} file
 */
export async function load(databaseUrl, file) {
  const args = ['--no-owner', '--no-privileges', '--no-comments', '--exit-on-error'];
  const { child, ended } = await start('pg_restore', args, databaseUrl, ['pipe', 'ignore', 'pipe']);
  if (child.stdin === null) throw new Error('pg_restore has no stdin');
  // When pg_restore exits early, its error output is the cause, not the broken pipe.
  const fed = pipeline(createReadStream(file), child.stdin).catch((error) => error);
  await ended;
  await fed;
}

/**
 * @param {string} tool
 * @throws Refusal when the tool is missing or too old
 */
export async function checkTool(tool) {
  await commandOf(tool);
}

/** @param {string} file */
export async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * @param {string} tool
 * @param {string[]} args
 * @param {string} databaseUrl
 * @param {import('node:child_process').StdioOptions} stdio
 */
async function start(tool, args, databaseUrl, stdio) {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  // Arguments are visible to every user of the machine, the environment is not.
  url.password = '';
  const [command, ...before] = await commandOf(tool);
  const child = spawn(command, [...before, ...args, `--dbname=${url.href}`], {
    stdio,
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', PGPASSWORD: password, PGOPTIONS: toolOptions },
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors = (errors + chunk).slice(-keptErrorBytes)));
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Refusal(`${tool} of ${url.pathname.slice(1)} ended with ${code}:\n${errors.trim()}`));
    });
  });
  return { child, ended };
}

/**
 * Returns the tool of the PostgreSQL that the product runs, otherwise one of the machine's that is at least as new.
 * @param {string} tool
 */
async function commandOf(tool) {
  const inTree = `/usr/lib/postgresql/${postgresMajor}/bin/${tool}`;
  if (existsSync(join(treeDir, inTree)) && isRoot()) return ['chroot', treeDir, inTree];
  if (hasCommand(tool)) {
    const version = /(\d+)/.exec(await run(tool, ['--version']))?.[1];
    if (Number(version) >= Number(postgresMajor)) return [tool];
  }
  throw new Refusal(
    `${tool} of PostgreSQL ${postgresMajor} or later is missing: install postgresql-client-${postgresMajor}, or run this command as ` +
      'root on a machine where npm start has downloaded it.',
  );
}
