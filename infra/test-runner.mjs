import { spawn } from 'node:child_process';
import { endGroup } from './process-identity.mjs';

// A product that a test started stops its services in order, which takes time.
const usualPatienceMs = 60_000;

/**
 * Runs a command as the leader of a process group and, once it has exited, ends the remaining processes of the group: what tests start
 * must not outlive them. `code` resolves when all have ended; `interrupt()` also ends the command.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ patienceMs?: number } & import('node:child_process').SpawnOptions} options
 * @returns {{code: Promise<number>, interrupt: () => void}}
 */
export function runInGroup(command, args, { patienceMs = usualPatienceMs, ...options } = {}) {
  const child = spawn(command, args, { ...options, detached: true });
  /** @type {Promise<void> | undefined} */
  let interrupted;
  const code = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => {
      const allGone = interrupted ?? endGroup(child.pid, { patienceMs });
      allGone.then(() => resolve(exitCode ?? 1), reject);
    });
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const interrupt = () => {
    if (child.pid !== undefined && !hasEnded()) interrupted ??= endGroup(child.pid, { patienceMs });
  };
  return { code, interrupt };
}
