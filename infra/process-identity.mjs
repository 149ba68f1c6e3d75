import { readFileSync } from 'node:fs';

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
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in brackets and may hold spaces and brackets; fields count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? undefined : fields[19];
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
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
    if (error.code === 'ESRCH') return false;
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

function isGroupLeader(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === pid;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return false;
    throw error;
  }
}

export async function goneWithin(identity, patienceMs) {
  const deadline = performance.now() + patienceMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
