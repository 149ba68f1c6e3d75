import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, signal } from './process-identity.mjs';

const askEveryMs = 5_000;
const missesInARow = 6;

/**
 * Kills a process that hangs: one that was ready, and for which `hangCause()` then names a cause 6 times in a row (30 s). An app
 * reports a cause when its event loop has not turned for 60 s, or when even its ops thread does not answer; a slow app reports none.
 * The supervisor notices the exit and restarts the process. Resolves when the process has exited or was killed.
 * @param {{ name: string, ready: () => Promise<boolean>, hangCause?: () => Promise<string | undefined> }} service
 * @param {import('./process-identity.mjs').Identity} identity
 * @param {{ everyMs?: number, missesBeforeKill?: number, report?: (line: string) => void }} options
 */
export async function watchLife(service, identity, options = {}) {
  const { everyMs = askEveryMs, missesBeforeKill = missesInARow, report = () => {} } = options;
  let wasReady = false;
  let misses = 0;
  while (isAlive(identity)) {
    /** @type {Promise<string | undefined>} */
    const asked = wasReady
      ? (service.hangCause?.() ?? Promise.resolve(undefined))
      : service.ready().then((ready) => (ready ? undefined : 'not ready'));
    const [hangCause] = await Promise.all([asked, pause(everyMs, undefined, { ref: false })]);
    wasReady ||= hangCause === undefined;
    misses = hangCause === undefined || !wasReady ? 0 : misses + 1;
    if (misses < missesBeforeKill) continue;
    if (signal(identity, 'SIGKILL', { group: true }))
      report(`${service.name} hangs (${hangCause}); killing it with SIGKILL`);
    return;
  }
}
