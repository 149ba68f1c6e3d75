import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, signal } from './process-identity.mjs';

const askEveryMs = 5_000;
const missesInARow = 6;

/**
 * Kills a process that hangs: one that was ready and whose `live()` then misses several answers in a row (30 s).
 * Whoever started it hears of its end and starts it again. Resolves when the process has ended or was killed.
 * @param {{name: string, ready: () => Promise<boolean>, live: () => Promise<boolean>}} service
 */
export async function watchLife(service, identity, options = {}) {
  const { everyMs = askEveryMs, missesBeforeKill = missesInARow, report = () => {} } = options;
  let wasReady = false;
  let misses = 0;
  while (isAlive(identity)) {
    const asked = wasReady ? service.live() : service.ready();
    const [answered] = await Promise.all([asked, pause(everyMs, undefined, { ref: false })]);
    wasReady ||= answered;
    misses = answered || !wasReady ? 0 : misses + 1;
    if (misses < missesBeforeKill) continue;
    if (signal(identity, 'SIGKILL', { group: true })) report(`${service.name} does not answer any more; killing it`);
    return;
  }
}
