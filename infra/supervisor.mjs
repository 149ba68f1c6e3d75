import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from './error-text.mjs';
import { watchLife } from './liveness.mjs';
import { asOwner, giveToOwner } from './owner.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';
import { end, identify, isAlive } from './process-identity.mjs';
import { Refusal } from './output.mjs';

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {() => unknown} [prepare]
 * @property {() => Promise<void>} [beforeRestart]
 * @property {() => { command: string, args: string[], env?: NodeJS.ProcessEnv, cwd?: string, user?: import('./app-users.mjs').AppUser }} command
 * @property {() => Promise<boolean>} ready
 * @property {() => Promise<string | undefined>} [ailment]
 * @property {NodeJS.Signals} [stopSignal]
 * @property {boolean} [needsRoot]
 */
/** @typedef {{ name: string, task: () => Promise<unknown> }} Task */
/**
 * @typedef {object} Child
 * @property {Service} service
 * @property {number} failures
 * @property {number} delayMs
 * @property {import('./process-identity.mjs').Identity | undefined} identity
 * @property {string | number | undefined} error
 */

const shortestDelayMs = 500;
const longestDelayMs = 15_000;
const steadyAfterMs = 10_000;
const readyPatienceMs = 120_000;
const failuresBeforeGivingUp = 4;
const saveAgainMs = 5_000;
const boundLogsMs = 30_000;
const largestLogBytes = 10 * 1024 * 1024;

/**
 * Starts services and tasks stage by stage, restarts services that exit, and stops them in reverse order. Records its children in
 * `stateFile` by pid and start time, so that a later start can end the children that a killed supervisor left behind.
 *
 * A service is {name, prepare?, beforeRestart?, command(): {command, args, env?, cwd?, user?: {uid, gid}}, ready(): Promise<boolean>,
 * ailment?(): Promise<string | undefined>, stopSignal?, needsRoot?}. One that was ready and then reports an ailment for 30 s is killed
 * and restarted. A task is {name, task(): Promise<void>}.
 */
export class Supervisor {
  /** @type {Map<string, Child>} */
  #children = new Map();
  #stopping = false;
  #timers = new Set();
  #stateFile;
  #logDir;
  #report;
  #changed;
  /** @type {Record<string, number>} */
  #delays;

  /**
   * `report(line)` receives one line per event; `changed()` is called whenever a pid changes.
   * @param {{stateFile: string, logDir: string, report?: (line: string) => void, changed?: () => void, delays?: Record<string, number>}} options
   */
  constructor({ stateFile, logDir, report = () => {}, changed = () => {}, delays = {} }) {
    this.#stateFile = stateFile;
    this.#logDir = logDir;
    this.#report = report;
    this.#changed = changed;
    const usual = { shortestDelayMs, longestDelayMs, steadyAfterMs, readyPatienceMs, saveAgainMs, boundLogsMs };
    this.#delays = { ...usual, ...delays };
    mkdirSync(logDir, { recursive: true });
    giveToOwner(logDir);
    const watch = setInterval(() => this.#boundLogs(), this.#delays.boundLogsMs);
    watch.unref();
    this.#timers.add(watch);
  }

  /** Returns name → pid of every running child. */
  pids() {
    return Object.fromEntries(
      [...this.#children].flatMap(([name, { identity }]) => (identity ? [[name, identity.pid]] : [])),
    );
  }

  /**
   * Runs the stages in order; the members of a stage start concurrently. Resolves when all are ready.
   * @param {readonly (readonly (Service | Task)[])[]} stages
   */
  async start(stages) {
    this.#save('starting');
    for (const stage of stages) {
      await Promise.all(stage.map((part) => ('task' in part ? this.#runTask(part) : this.#startService(part))));
      if (this.#stopping) return;
    }
    this.#save('ready');
  }

  /** Ends all children in reverse order of their start: with their stop signal, and SIGKILL after 15 s. */
  async stop() {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#save('stopping');
    for (const child of [...this.#children.values()].reverse()) {
      if (child.identity) await end(child.identity, { stopSignal: child.service.stopSignal });
      // It has exited, although its exit event may still be outstanding.
      child.identity = undefined;
    }
    this.#save('stopped');
  }

  /** @param {{ name: string, task: () => Promise<unknown> }} of */
  async #runTask({ name, task }) {
    const startedMs = performance.now();
    await task();
    this.#report(`${name}: done in ${seconds(startedMs)}`);
  }

  /** @param {Service} service */
  async #startService(service) {
    const startedMs = performance.now();
    await service.prepare?.();
    if (this.#stopping) return;
    /** @type {Child} */
    const child = {
      service,
      failures: 0,
      delayMs: this.#delays.shortestDelayMs,
      identity: undefined,
      error: undefined,
    };
    this.#children.set(service.name, child);
    this.#spawn(child);
    const deadline = startedMs + this.#delays.readyPatienceMs;
    while (!(child.identity && (await service.ready()))) {
      if (this.#stopping) return;
      if (child.failures >= failuresBeforeGivingUp || performance.now() > deadline) throw this.#notReady(child);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#report(`${service.name}: ready after ${seconds(startedMs)}`);
  }

  /** @param {Child} child */
  #notReady({ service, error, failures }) {
    const cause = failures > 0 ? `exited ${failures} times (${error})` : 'did not become ready';
    const file = this.#logFile(service.name);
    return new Refusal(`${service.name} ${cause}. Last lines of ${file}:\n${lastLines(file)}`);
  }

  /**
   * Never throws: a child that cannot be started (a full disk, too many open files) is retried later.
   * @param {Child} child
   */
  #spawn(child) {
    const { service } = child;
    const startedMs = performance.now();
    /** @type {import('node:child_process').ChildProcess | undefined} */
    let spawned;
    let ended = false;
    /** @param {string | number} cause */
    const onEnd = (cause) => {
      if (ended) return;
      ended = true;
      this.#onEnd(child, spawned?.pid, cause, startedMs);
    };
    try {
      spawned = this.#spawnProcess(service);
      spawned.once('error', (error) => onEnd(error.message));
      spawned.once('exit', (code, signalName) => onEnd(signalName ?? `exit code ${code}`));
      child.identity = spawned.pid === undefined ? undefined : identify(spawned.pid);
    } catch (error) {
      onEnd(messageOf(error));
      return;
    }
    this.#save();
    if (service.ailment && child.identity) this.#watchLife(service, child.identity);
  }

  /**
   * Never rejects: a failed preparation is reported, and the service is started anyway.
   * @param {Child} child
   */
  async #restart(child) {
    const { service } = child;
    try {
      await service.beforeRestart?.();
    } catch (error) {
      this.#report(`${service.name}: preparation failed (${messageOf(error)}); starting it anyway`);
    }
    if (!this.#stopping) this.#spawn(child);
  }

  /**
   * @param {Service} service
   * @param {import('./process-identity.mjs').Identity} identity
   */
  #watchLife(service, identity) {
    const options = { everyMs: this.#delays.askEveryMs, report: this.#report };
    watchLife(service, identity, options).catch((error) =>
      this.#report(`${service.name}: liveness check failed: ${error}`),
    );
  }

  /** @param {Service} service */
  #spawnProcess(service) {
    const { command, args, env, cwd, user } = service.command();
    const log = openSync(this.#logFile(service.name), 'a', 0o640);
    try {
      // In its own process group: Ctrl-C in the terminal reaches only the supervisor, which stops the children in order.
      return spawn(command, args, {
        env: env ?? process.env,
        cwd,
        stdio: ['ignore', log, log],
        detached: true,
        ...(service.needsRoot ? {} : (user ?? asOwner())),
      });
    } finally {
      closeSync(log);
    }
  }

  /**
   * @param {Child} child
   * @param {number | undefined} pid
   * @param {string | number} cause
   * @param {number} startedMs
   */
  #onEnd(child, pid, cause, startedMs) {
    const { service } = child;
    child.identity = undefined;
    killGroup(pid);
    this.#save();
    if (this.#stopping) return;
    child.failures += 1;
    child.error = cause;
    const wasSteady = performance.now() - startedMs >= this.#delays.steadyAfterMs;
    if (wasSteady) child.delayMs = this.#delays.shortestDelayMs;
    const delayMs = child.delayMs;
    child.delayMs = Math.min(delayMs * 2, this.#delays.longestDelayMs);
    this.#report(`${service.name} exited (${cause}); restarting it in ${delayMs / 1000} s`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) void this.#restart(child);
    }, delayMs);
    this.#timers.add(timer);
  }

  /** @param {string} name */
  #logFile(name) {
    return join(this.#logDir, `${name}.log`);
  }

  /** Copies a full log to `.1` and truncates it. Children write to their logs themselves, so that they outlive the supervisor. */
  #boundLogs() {
    for (const name of this.#children.keys()) {
      const file = this.#logFile(name);
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= largestLogBytes) continue;
        copyFileSync(file, `${file}.1`);
        truncateSync(file, 0);
      } catch (error) {
        this.#report(`${file} cannot be truncated (${messageOf(error)}). Free disk space.`);
      }
    }
  }

  /** @type {string | undefined} */
  #state;
  #unsaved = false;
  /** Writes the state file. When that fails (a full disk), reports it once and retries; the state in memory is the truth. */
  #save(state = this.#state) {
    this.#state = state;
    const children = [...this.#children].filter(([, child]) => child.identity);
    try {
      writePrivateJson(this.#stateFile, {
        state,
        supervisor: identify(process.pid),
        children: children.map(([name, child]) => ({ name, stopSignal: child.service.stopSignal, ...child.identity })),
      });
      this.#changed();
      this.#unsaved = false;
    } catch (error) {
      if (!this.#unsaved) this.#report(`Cannot write the state file (${messageOf(error)}). Free disk space.`);
      this.#unsaved = true;
      if (!this.#stopping) this.#saveLater();
    }
  }

  /** @type {NodeJS.Timeout | undefined} */
  #saveTimer;
  #saveLater() {
    this.#timers.delete(this.#saveTimer);
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#save(), this.#delays.saveAgainMs);
    this.#saveTimer.unref();
    this.#timers.add(this.#saveTimer);
  }
}

/**
 * Kills the process group of an exited child, such as an agent's fping, which must not outlive it.
 * @param {number | undefined} pid
 */
function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}

/**
 * Returns the recorded state; `running` is whether that supervisor is alive.
 * @param {string} stateFile
 */
export function readState(stateFile) {
  const state = readJson(stateFile);
  return state && { ...state, running: isAlive(state.supervisor) };
}

/**
 * Returns whether the recorded supervisor runs and all its children are ready; with `pid` also whether it is that process.
 * @param {string} stateFile
 * @param {number} [pid]
 */
export function isReady(stateFile, pid) {
  const state = readState(stateFile);
  return Boolean(state?.running && state.state === 'ready' && (pid === undefined || state.supervisor.pid === pid));
}

/**
 * Ends the recorded supervisor (which stops its children in order), then its remaining children. Only processes whose pid and start
 * time equal the recorded ones are touched. Returns the names of the children that were running.
 * @param {string} stateFile
 */
export async function endRecorded(stateFile) {
  const state = readState(stateFile);
  if (!state) return [];
  const before = state.children.filter(isAlive).map((/** @type {{ name: string }} */ child) => child.name);
  if (state.running) await end(state.supervisor, { patienceMs: 120_000 });
  // The supervisor may have restarted a child meanwhile. Children that another, newer supervisor has recorded are not touched.
  const after = readJson(stateFile);
  const isSame = after?.supervisor.pid === state.supervisor.pid;
  const left = (isSame ? after.children : []).concat(state.children);
  for (const child of left.reverse()) await end(child, { stopSignal: child.stopSignal });
  return before;
}

/** @param {string} file */
function lastLines(file) {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n');
  } catch (error) {
    return `(${messageOf(error)})`;
  }
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
