// npm start: sets the machine up, builds what changed, starts the product, and keeps it running.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { start as definition } from './commands/product.mjs';
import { runCommand } from './commands/run-command.mjs';
import { endLeftBy } from './installation.mjs';
import { checkLayout } from './layout.mjs';
import { giveToOwner } from './owner.mjs';
import { stateDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { choosePorts, filesOf, runProduct } from './product.mjs';
import { chooseProvider } from './providers/index.mjs';
import { fail, outliveOutput, Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';
import { givenLock, releaseLock, takeLock } from './start-lock.mjs';
import { endRecorded, isReady, readState } from './supervisor.mjs';

const files = filesOf(stateDir);
/** Start time of the first process of a start, in ms since the epoch: its duration includes installing and building. */
const BEGAN = 'ICMPMON_START_BEGAN_MS';
process.env[BEGAN] ??= String(Math.round(performance.timeOrigin));

await runCommand(definition, (asked) =>
  asked.flag('supervise') ? superviseInBackground() : start(asked.flag('detach')),
);

/** @param {boolean} inBackground */
async function start(inBackground) {
  mkdirSync(stateDir, { recursive: true });
  giveToOwner(stateDir);
  if (await runsAlready()) {
    print('ICMP-Mon is already running.');
    printAccess(inBackground);
    process.exit(0);
  }
  holdLock();
  const provider = await chooseProvider();
  checkLayout(stateDir);
  await setUp(import.meta.url, { provider, commands: ['fping', 'nft', 'ip'] });
  const left = await endRecorded(files.state);
  if (left.length > 0) print(`Stopped the processes that an interrupted run left behind: ${left.join(', ')}.`);
  await choosePorts(stateDir);
  await build(print);
  if (inBackground) return detach();
  if (await supervise(provider)) printAccess(false);
}

/** Returns false when this process may start the product and holds the lock. Waits for another process that is starting or stopping it. */
async function runsAlready() {
  let told = false;
  for (;;) {
    const state = readState(files.state);
    if (isReady(files.state)) return true;
    const other = state?.running ? state.supervisor : takeLock(files.lock);
    if (other === undefined) return false;
    if (!told) print(`Process ${other.pid} is starting or stopping ICMP-Mon; waiting for it.`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Holds the lock until this process ends, or until a process that it starts takes the lock over. */
function holdLock() {
  process.on('exit', () => releaseLock(files.lock));
  Object.assign(process.env, givenLock());
}

/** Starts the supervisor in the background, prints its reports, and returns when the product is ready. */
async function detach() {
  mkdirSync(files.logs, { recursive: true });
  giveToOwner(files.logs);
  const log = openSync(files.supervisorLog, 'a', 0o640);
  let shown = statSync(files.supervisorLog).size;
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, '--supervise'], { detached: true, stdio: ['ignore', log, log] });
  let ended = false;
  child.once('exit', () => (ended = true));
  const showNew = () => {
    const text = readFileSync(files.supervisorLog).subarray(shown);
    shown += text.length;
    process.stdout.write(text);
  };
  while (!ended && !isReady(files.state, child.pid)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    showNew();
  }
  if (ended) {
    // A supervisor that stopped in order left nothing; one that was killed left its children.
    const left = child.pid === undefined ? [] : await endLeftBy(child.pid, stateDir);
    const what =
      left.length > 0
        ? `Stopped the processes that it left behind: ${left.join(', ')}.`
        : 'No process is left running.';
    throw new Refusal(`ICMP-Mon did not start; see the cause above. ${what}`);
  }
  child.unref();
  printAccess(true);
  process.exit(0);
}

async function superviseInBackground() {
  const other = takeLock(files.lock);
  if (other) throw new Refusal(`Process ${other.pid} is already starting ICMP-Mon.`);
  holdLock();
  await supervise(await chooseProvider());
}

/**
 * Runs everything as children of this process until a signal ends it. Resolves when the product is ready; returns false when it is already stopping.
 * @param {string} provider
 */
async function supervise(provider) {
  outliveOutput();
  let isStarted = false;
  // During the start the operator watches the output; later lines are read in the log, so they need a time.
  const report = (/** @type {string} */ line) => print(isStarted ? `${new Date().toISOString()} ${line}` : line);
  const { stop, started } = await runProduct({ dir: stateDir, provider, report });
  let stopping;
  const end = () => {
    stopping ??= stop().then(() => process.exit(0), fail);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, end);
  try {
    await started;
    isStarted = true;
  } catch (error) {
    if (stopping) return false;
    await stop();
    throw error;
  }
  return stopping === undefined;
}

/** @param {boolean} inBackground */
function printAccess(inBackground) {
  const access = readJson(files.access);
  print('');
  print(`Portal       ${access.portalUrl}`);
  print(
    `Login        ${access.adminUser} / ${access.adminPassword}  (initial password, valid until it is changed under Settings or reset)`,
  );
  print(`API          ${access.apiUrl}/api/v1  (key and all addresses: ${files.access})`);
  print(`Logs         ${join(files.logs, '<name>.log')}`);
  print(`Stop         ${inBackground ? 'npm stop' : 'Ctrl-C, or npm stop'}`);
  print(`Duration     ${((Date.now() - Number(process.env[BEGAN])) / 1000).toFixed(1)} s`);
}
