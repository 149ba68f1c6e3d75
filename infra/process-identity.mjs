import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from './error-text.mjs';

const killedWithinMs = 5_000;

/** @typedef {{ pid: number, startTime: string, bootId: string }} Identity */

/**
 * Returns what identifies a process beyond doubt: pid, start time (clock ticks since boot) and boot id. A pid alone may have been
 * reused by another process, so nothing is ever signalled by its pid alone.
 * @param {number | undefined} pid
 * @returns {Identity | undefined}
 */
export function identify(pid) {
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  return pid === undefined || startTime === undefined ? undefined : { pid, startTime, bootId: bootId() };
}

/** @param {Identity | undefined} identity */
export function isAlive(identity) {
  if (!identity || identity.bootId !== bootId()) return false;
  return startTimeOf(identity.pid) === identity.startTime;
}

/** @param {number | string} pid */
function startTimeOf(pid) {
  const fields = statFields(pid);
  const isZombie = fields?.[0] === 'Z';
  return isZombie ? undefined : fields?.[19];
}

/** @param {number | string} pid */
function statFields(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in brackets and may contain spaces and brackets; fields are counted after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** @type {string | undefined} */
let cachedBootId;
function bootId() {
  cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return cachedBootId;
}

/**
 * Sends the signal to the process, with `group` to the whole process group that it leads. Returns false when it no longer runs.
 * @param {Identity | undefined} identity
 * @param {NodeJS.Signals} name
 */
export function signal(identity, name, { group = false } = {}) {
  if (identity === undefined || !isAlive(identity)) return false;
  try {
    process.kill(group ? -identity.pid : identity.pid, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/**
 * Ends the process: `stopSignal`, then SIGKILL for it and its group after `patienceMs`. Resolves when it has exited.
 * @param {Identity | undefined} identity
 */
export async function end(
  identity,
  { stopSignal = /** @type {NodeJS.Signals} */ ('SIGTERM'), patienceMs = 15_000 } = {},
) {
  if (identity === undefined || !signal(identity, stopSignal)) return;
  if (await goneWithin(identity, patienceMs)) return;
  signal(identity, 'SIGKILL', { group: isGroupLeader(identity.pid) });
  await goneWithin(identity, 5_000);
}

/** @param {number} pid */
const isGroupLeader = (pid) => statFields(pid)?.[2] === String(pid);

/**
 * @param {Identity | undefined} identity
 * @param {number} patienceMs
 */
export async function goneWithin(identity, patienceMs) {
  const deadline = performance.now() + patienceMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/**
 * Ends the whole process group that a child process leads or led: SIGTERM, then SIGKILL after `patienceMs`. Call it immediately after
 * that child's exit at the latest, before its pid can be reused.
 * @param {number | undefined} leaderPid
 */
export async function endGroup(leaderPid, { patienceMs = 15_000 } = {}) {
  // 0 would mean our own group and -1 every process.
  if (leaderPid === undefined || !(leaderPid > 1))
    throw new Error(`${leaderPid} is not the pid of a possible group leader`);
  /** @type {{ name: NodeJS.Signals, waitMs: number }[]} */
  const steps = [
    { name: 'SIGTERM', waitMs: patienceMs },
    { name: 'SIGKILL', waitMs: killedWithinMs },
  ];
  for (const { name, waitMs } of steps) {
    signalGroup(leaderPid, name);
    const deadline = performance.now() + waitMs;
    while (groupLives(leaderPid) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!groupLives(leaderPid)) return;
  }
}

/**
 * @param {number} leaderPid
 * @param {NodeJS.Signals} name
 */
function signalGroup(leaderPid, name) {
  try {
    process.kill(-leaderPid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/**
 * Zombies (exited processes that their parent has not reaped) do not count.
 * @param {number} leaderPid
 */
function groupLives(leaderPid) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(statFields).some((fields) => fields?.[2] === String(leaderPid) && fields[0] !== 'Z');
}
