import { linkSync, renameSync, rmSync } from 'node:fs';
import { codeOf } from './error-text.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';
import { identify, isAlive } from './process-identity.mjs';

const variable = 'ICMPMON_START_LOCK';

/**
 * Makes this process the only one that sets up and runs what lies beside `file`. The lock of a process that has ended
 * is taken over, and so is that of the process that started this one and handed it on by `givenLock()`.
 * @param {string} file
 * @returns undefined when it is ours, else the {pid, startTime, bootId} of who holds it
 */
export function takeLock(file, environment = process.env) {
  const own = identify(process.pid);
  if (own === undefined) throw new Error('this process cannot read its own start time from /proc');
  const mine = `${file}.${process.pid}`;
  writePrivateJson(mine, own);
  try {
    for (;;) {
      // A link appears with its content or not at all, and only where no lock is.
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

/** What a process that goes on in place of this one needs in its environment. */
export const givenLock = () => ({ [variable]: String(process.pid) });

/**
 * Gives the lock back, unless it has passed to another process.
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
 * Moves it aside first: only one of several who found it stale gets it, and a fresh lock moved so is put back.
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
