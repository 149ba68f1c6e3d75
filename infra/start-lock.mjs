import { linkSync, renameSync, rmSync } from 'node:fs';
import { codeOf } from './error-text.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';
import { identify, isAlive } from './process-identity.mjs';

const variable = 'ICMPMON_START_LOCK';

/**
 * Makes this process the only one that sets up and runs the installation of `file`. Takes over the lock of a process that has ended,
 * and of the process that started this one and passed the lock on with `givenLock()`.
 * @param {string} file
 * @returns undefined when this process holds the lock, otherwise {pid, startTime, bootId} of its holder
 */
export function takeLock(file, environment = process.env) {
  const own = identify(process.pid);
  if (own === undefined) throw new Error('Cannot read the start time of this process from /proc.');
  const mine = `${file}.${process.pid}`;
  writePrivateJson(mine, own);
  try {
    for (;;) {
      // A hard link appears complete or not at all, and only where no lock exists.
      if (linked(mine, file)) return undefined;
      const holder = readJson(file);
      if (holder === undefined) continue;
      if (isAlive(holder)) {
        const isOurs = holder.pid === own.pid || String(holder.pid) === environment[variable];
        if (isOurs) writePrivateJson(file, own);
        return isOurs ? undefined : holder;
      }
      removeStale(file, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Returns the environment variable with which a process that continues in place of this one takes over the lock. */
export const givenLock = () => ({ [variable]: String(process.pid) });

/**
 * Releases the lock, unless it has passed to another process.
 * @param {string} file
 */
export function releaseLock(file) {
  const holder = readJson(file);
  if (holder?.pid === process.pid && isAlive(holder)) rmSync(file, { force: true });
}

/**
 * @param {string} from
 * @param {string} to
 */
function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Moves the stale lock aside first: only one of several processes that found it stale gets it, and a new lock that was moved is put back.
 * @param {string} file
 * @param {string} aside
 */
function removeStale(file, aside) {
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (isAlive(readJson(aside))) linked(aside, file);
  rmSync(aside, { force: true });
}
