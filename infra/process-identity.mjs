import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from './error-text.mjs';

const killedWithinMs = 5_000;

/**
 * A process id alone may have passed to somebody else's process; with the start time (clock ticks since boot) and the
 * boot it cannot. Nothing is ever signalled on the word of a pid alone.
 */
export function identify(pid) {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, bootId: bootId() };
}

export function isAlive(identity) {
  if (!identity || identity.bootId !== bootId()) return false;
  return startTimeOf(identity.pid) === identity.startTime;
}

function startTimeOf(pid) {
  const fields = statFields(pid);
  const isZombie = fields?.[0] === 'Z';
  return isZombie ? undefined : fields?.[19];
}

function statFields(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in brackets and may hold spaces and brackets; fields count from behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

let cachedBootId;
function bootId() {
  cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return cachedBootId;
}

/** Signals the process, and with `group` all of the process group that it leads. False when it is gone already. */
export function signal(identity, name, { group = false } = {}) {
  if (!isAlive(identity)) return false;
  try {
    process.kill(group ? -identity.pid : identity.pid, name);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Ends the process: `stopSignal`, and SIGKILL for it and its group after `patienceMs`. Resolves when it is gone. */
export async function end(identity, { stopSignal = 'SIGTERM', patienceMs = 15_000 } = {}) {
  if (!signal(identity, stopSignal)) return;
  if (await goneWithin(identity, patienceMs)) return;
  signal(identity, 'SIGKILL', { group: isGroupLeader(identity.pid) });
  await goneWithin(identity, 5_000);
}

const isGroupLeader = (pid) => statFields(pid)?.[2] === String(pid);

export async function goneWithin(identity, patienceMs) {
  const deadline = performance.now() + patienceMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/**
 * Ends all of the group that a process of ours leads or led: SIGTERM, and SIGKILL after `patienceMs`. To be called right
 * after that one's end at the latest, before anybody else could get its pid.
 */
export async function endGroup(leaderPid, { patienceMs = 15_000 } = {}) {
  // 0 and -1 would mean our own group and everybody.
  if (!(leaderPid > 1)) throw new Error(`${leaderPid} is no process that could lead a group`);
  for (const { name, waitMs } of [
    { name: 'SIGTERM', waitMs: patienceMs },
    { name: 'SIGKILL', waitMs: killedWithinMs },
  ]) {
    signalGroup(leaderPid, name);
    const deadline = performance.now() + waitMs;
    while (groupLives(leaderPid) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!groupLives(leaderPid)) return;
  }
}

function signalGroup(leaderPid, name) {
  try {
    process.kill(-leaderPid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Ended ones that nobody has waited for yet do not count. */
function groupLives(leaderPid) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(statFields).some((fields) => fields?.[2] === String(leaderPid) && fields[0] !== 'Z');
}
