// When a service that exited is restarted, and when its start is given up. Pure: times are passed in.

/** Exits during the start after which the start is given up. */
const FAILED_STARTS_MAX = 4;

/**
 * History of one service's exits.
 * @typedef {{ failures: number, nextDelayMs: number, cause: string | number | undefined }} Restarts
 */
/** @typedef {{ shortestDelayMs: number, longestDelayMs: number, steadyAfterMs: number }} RestartDelays */

/**
 * Returns the history of a service that has not exited yet.
 * @param {RestartDelays} delays
 * @returns {Restarts}
 */
export const noExits = ({ shortestDelayMs }) => ({ failures: 0, nextDelayMs: shortestDelayMs, cause: undefined });

/**
 * Returns the delay before the restart, and the history after this exit. The delay doubles with each exit up to the longest one; after a
 * run of `steadyAfterMs` it starts again from the shortest one.
 * @param {Restarts} restarts
 * @param {{ cause: string | number, ranMs: number }} exit
 * @param {RestartDelays} delays
 * @returns {{ delayMs: number, restarts: Restarts }}
 */
export function afterExit({ failures, nextDelayMs }, { cause, ranMs }, delays) {
  const delayMs = ranMs >= delays.steadyAfterMs ? delays.shortestDelayMs : nextDelayMs;
  return {
    delayMs,
    restarts: { failures: failures + 1, nextDelayMs: Math.min(delayMs * 2, delays.longestDelayMs), cause },
  };
}

/**
 * Returns why the start of a service is given up; undefined while it may still become ready.
 * @param {Restarts} restarts
 * @param {{ waitedMs: number, readyPatienceMs: number }} of
 * @returns {string | undefined}
 */
export function startFailure({ failures, cause }, { waitedMs, readyPatienceMs }) {
  if (failures < FAILED_STARTS_MAX && waitedMs <= readyPatienceMs) return undefined;
  return failures > 0 ? `exited ${failures} times (${cause})` : 'did not become ready';
}
