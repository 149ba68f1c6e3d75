import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from './error-text.mjs';
import { watchLife } from './liveness.mjs';
import { Refusal } from './output.mjs';
import { end } from './process-identity.mjs';
import { StateRecord } from './supervisor/recorded-state.mjs';
import { afterExit, noExits, startFailure } from './supervisor/restart-policy.mjs';
import { ServiceLogs } from './supervisor/service-logs.mjs';
import { startProcess } from './supervisor/service-process.mjs';

export { endRecorded, isReady, readState } from './supervisor/recorded-state.mjs';

/** @typedef {import('./supervisor/service-process.mjs').Service} Service */
/** @typedef {{ name: string, task: () => Promise<unknown> }} Task */
/**
 * @typedef {object} Child
 * @property {Service} service
 * @property {import('./supervisor/restart-policy.mjs').Restarts} restarts
 * @property {import('./process-identity.mjs').Identity | undefined} identity undefined while it does not run
 */
/** @typedef {typeof DELAYS & { askEveryMs?: number }} Delays */

const DELAYS = {
  shortestDelayMs: 500,
  longestDelayMs: 15_000,
  steadyAfterMs: 10_000,
  readyPatienceMs: 120_000,
  saveAgainMs: 5_000,
  boundLogsMs: 30_000,
};
const READY_POLL_MS = 100;

/**
 * Starts services and tasks stage by stage, restarts services that exit, and stops them in reverse order. Records its children in
 * `stateFile` by pid and start time, so that a later start can end the children that a killed supervisor left behind. A service that
 * was ready and then reports for 30 s why it hangs is killed and restarted.
 */
export class Supervisor {
  /** @type {Map<string, Child>} */
  #children = new Map();
  #stopping = false;
  #timers = new Set();
  #record;
  #logs;
  #report;
  /** @type {Delays} */
  #delays;

  /**
   * `report(line)` receives one line per event; `changed()` is called whenever a pid changes.
   * @param {{ stateFile: string, logDir: string, report?: (line: string) => void, changed?: () => void, delays?: Partial<Delays> }} options
   */
  constructor({ stateFile, logDir, report = () => {}, changed = () => {}, delays = {} }) {
    this.#report = report;
    this.#delays = { ...DELAYS, ...delays };
    this.#logs = new ServiceLogs(logDir, report);
    const children = () => this.#recordedChildren();
    const { saveAgainMs: retryMs, boundLogsMs } = this.#delays;
    this.#record = new StateRecord({ file: stateFile, children, saved: changed, report, retryMs });
    const watch = setInterval(() => this.#logs.truncateLarge(this.#children.keys()), boundLogsMs);
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
    this.#record.save('starting');
    for (const stage of stages) {
      await Promise.all(stage.map((part) => ('task' in part ? this.#runTask(part) : this.#startService(part))));
      if (this.#stopping) return;
    }
    this.#record.save('ready');
  }

  /** Ends all children in reverse order of their start: with their stop signal, and SIGKILL after 15 s. */
  async stop() {
    this.#stopping = true;
    this.#record.stopRetries();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#record.save('stopping');
    for (const child of [...this.#children.values()].reverse()) {
      if (child.identity) await end(child.identity, { stopSignal: child.service.stopSignal });
      // It has exited, although its exit event may still be outstanding.
      child.identity = undefined;
    }
    this.#record.save('stopped');
  }

  /** @param {Task} of */
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
    const child = { service, restarts: noExits(this.#delays), identity: undefined };
    this.#children.set(service.name, child);
    this.#spawn(child);
    const { readyPatienceMs } = this.#delays;
    while (!(child.identity && (await service.ready()))) {
      if (this.#stopping) return;
      const failure = startFailure(child.restarts, { waitedMs: performance.now() - startedMs, readyPatienceMs });
      if (failure !== undefined) {
        const [file, lines] = [this.#logs.fileOf(service.name), this.#logs.lastLinesOf(service.name)];
        throw new Refusal(`${service.name} ${failure}. Last lines of ${file}:\n${lines}`);
      }
      await pause(READY_POLL_MS);
    }
    this.#report(`${service.name}: ready after ${seconds(startedMs)}`);
  }

  /** @param {Child} child */
  #spawn(child) {
    const { service } = child;
    const startedMs = performance.now();
    child.identity = startProcess(service, this.#logs, (cause) =>
      this.#onEnd(child, { cause, ranMs: performance.now() - startedMs }),
    );
    this.#record.save();
    if (service.hangCause && child.identity) this.#watchLife(service, child.identity);
  }

  /**
   * @param {Child} child
   * @param {{ cause: string | number, ranMs: number }} exit
   */
  #onEnd(child, exit) {
    child.identity = undefined;
    this.#record.save();
    if (this.#stopping) return;
    const { delayMs, restarts } = afterExit(child.restarts, exit, this.#delays);
    child.restarts = restarts;
    this.#report(`${child.service.name} exited (${exit.cause}); restarting it in ${delayMs / 1000} s`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) void this.#restart(child);
    }, delayMs);
    this.#timers.add(timer);
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

  #recordedChildren() {
    return [...this.#children].flatMap(([name, { identity, service }]) =>
      identity ? [{ name, stopSignal: service.stopSignal, ...identity }] : [],
    );
  }
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
