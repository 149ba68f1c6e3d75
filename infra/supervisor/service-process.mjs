import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { codeOf, messageOf } from '../error-text.mjs';
import { asOwner } from '../owner.mjs';
import { identify } from '../process-identity.mjs';

/**
 * A service that the supervisor keeps running.
 * @typedef {object} Service
 * @property {string} name
 * @property {() => unknown} [prepare] runs before the first start
 * @property {() => Promise<void>} [beforeRestart]
 * @property {() => { command: string, args: string[], env?: NodeJS.ProcessEnv, cwd?: string, user?: import('../app-users.mjs').AppUser }} command
 * @property {() => Promise<boolean>} ready
 * @property {() => Promise<string | undefined>} [hangCause] cause for which the service must be killed; undefined while it is alive
 * @property {NodeJS.Signals} [stopSignal] SIGTERM unless set
 * @property {boolean} [needsRoot]
 */

/**
 * Starts the service's process with its output in its log. Calls `onEnd` once, with the exit's cause, when the process has exited or could
 * not be started (a full disk, too many open files); its process group has been killed by then. Never throws.
 * @param {Service} service
 * @param {import('./service-logs.mjs').ServiceLogs} logs
 * @param {(cause: string | number) => void} onEnd
 * @returns the identity of the process; undefined when there is none
 */
export function startProcess(service, logs, onEnd) {
  let ended = false;
  /**
   * @param {number | undefined} pid
   * @param {string | number} cause
   */
  const end = (pid, cause) => {
    if (ended) return;
    ended = true;
    killGroup(pid);
    onEnd(cause);
  };
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  try {
    child = spawnInto(service, logs);
    const { pid } = child;
    child.once('error', (error) => end(pid, error.message));
    child.once('exit', (code, signalName) => end(pid, signalName ?? `exit code ${code}`));
    return identify(pid);
  } catch (error) {
    end(child?.pid, messageOf(error));
    return undefined;
  }
}

/**
 * @param {Service} service
 * @param {import('./service-logs.mjs').ServiceLogs} logs
 */
function spawnInto(service, logs) {
  const { command, args, env, cwd, user } = service.command();
  const log = logs.openFor(service.name);
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
 * Kills the process group of an exited child: its descendants, such as an agent's fping, must not outlive it.
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
