import { messageOf } from '../error-text.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';
import { end, identify, isAlive } from '../process-identity.mjs';

/** @typedef {{ name: string, stopSignal: NodeJS.Signals | undefined } & import('../process-identity.mjs').Identity} RecordedChild */

/** The supervisor's state file: its state, its own identity and those of its running children. */
export class StateRecord {
  #file;
  #children;
  #saved;
  #report;
  #retryMs;
  /** @type {string | undefined} */
  #state;
  #hasFailed = false;
  #retries = true;
  /** @type {NodeJS.Timeout | undefined} */
  #retry;

  /**
   * `children` returns the running children; `saved` is called after each write.
   * @param {{ file: string, children: () => RecordedChild[], saved: () => void, report: (line: string) => void, retryMs: number }} options
   */
  constructor({ file, children, saved, report, retryMs }) {
    this.#file = file;
    this.#children = children;
    this.#saved = saved;
    this.#report = report;
    this.#retryMs = retryMs;
  }

  /** Writes the file. When that fails (a full disk), reports it once and retries; the state in memory is the truth. */
  save(state = this.#state) {
    this.#state = state;
    try {
      writePrivateJson(this.#file, { state, supervisor: identify(process.pid), children: this.#children() });
      this.#saved();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#report(`Cannot write the state file (${messageOf(error)}). Free disk space.`);
      this.#hasFailed = true;
      if (this.#retries) this.#saveLater();
    }
  }

  /** Ends the retries; `save` still writes. */
  stopRetries() {
    this.#retries = false;
    clearTimeout(this.#retry);
  }

  #saveLater() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.save(), this.#retryMs);
    this.#retry.unref();
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
