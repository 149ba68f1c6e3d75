// npm run services: Kafka, TimescaleDB and Valkey alone, for development and integration tests.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { services as definition } from './commands/developing.mjs';
import { runCommand } from './commands/run-command.mjs';
import { devDir } from './paths.mjs';
import { writePrivateJson } from './private-file.mjs';
import { localServices } from './providers/local.mjs';
import { fail, outliveOutput, Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';
import { endRecorded, isReady, readState, Supervisor } from './supervisor.mjs';

/** @param {string} dir */
const stateFileOf = (dir) => join(dir, 'supervisor.json');

/** @type {Record<string, (dir: string) => Promise<void>>} */
const actions = { up, down, supervise };

await runCommand(definition, (asked) => actions[asked.words](resolve(asked.text('dir') ?? devDir)));

/**
 * Starts the services in the background and returns when they are ready.
 * @param {string} dir
 */
async function up(dir) {
  await setUp(import.meta.url, { provider: 'local', commands: [] });
  const stateFile = stateFileOf(dir);
  // Waits for services that are starting or stopping at this moment.
  while (readState(stateFile)?.running) {
    if (isReady(stateFile)) return print(`Already running: ${join(dir, 'services.json')}`);
    await pause(100);
  }
  await endRecorded(stateFile);
  mkdirSync(dir, { recursive: true });
  const log = openSync(join(dir, 'supervisor.log'), 'a', 0o640);
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, 'supervise', '--dir', dir], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  const ended = new Promise((_, reject) => {
    child.once('exit', () => reject(new Refusal(`The services did not start. See ${join(dir, 'supervisor.log')}`)));
  });
  const ready = (async () => {
    while (!isReady(stateFile, child.pid)) await pause(100);
  })();
  await Promise.race([ready, ended]);
  child.unref();
  print(`Running: ${join(dir, 'services.json')}`);
  process.exit(0);
}

/** @param {string} dir */
async function down(dir) {
  const ended = await endRecorded(stateFileOf(dir));
  print(ended.length ? `Stopped ${ended.join(', ')}.` : 'Nothing was running.');
}

/** @param {string} dir */
async function supervise(dir) {
  outliveOutput();
  const { services, addresses } = await localServices({ dir, print });
  const supervisor = new Supervisor({ stateFile: stateFileOf(dir), logDir: join(dir, 'logs'), report: print });
  const stop = () => void supervisor.stop().then(() => process.exit(0), fail);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  writePrivateJson(join(dir, 'services.json'), addresses);
  try {
    await supervisor.start([services]);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}
