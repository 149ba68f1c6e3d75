import { describe, expect, it } from 'vitest';
import { afterExit, noExits, startFailure } from './restart-policy.mjs';

const DELAYS = { shortestDelayMs: 500, longestDelayMs: 3_000, steadyAfterMs: 10_000 };
const PATIENCE = { readyPatienceMs: 120_000 };

/** Returns the delays before the restarts of a service with these run times. */
function delaysOf(runsMs: readonly number[]): number[] {
  let restarts = noExits(DELAYS);
  return runsMs.map((ranMs) => {
    const exit = afterExit(restarts, { cause: 'SIGKILL', ranMs }, DELAYS);
    restarts = exit.restarts;
    return exit.delayMs;
  });
}

describe('the delay before a restart', () => {
  it('doubles with each exit up to the longest one', () => {
    expect(delaysOf([0, 0, 0, 0, 0])).toEqual([500, 1_000, 2_000, 3_000, 3_000]);
  });

  it('starts from the shortest one again after a steady run', () => {
    expect(delaysOf([0, 0, 9_999, 10_000, 0])).toEqual([500, 1_000, 2_000, 500, 1_000]);
  });
});

describe('a start', () => {
  it('is given up after four exits, with their number and the last cause', () => {
    let restarts = noExits(DELAYS);
    for (let exit = 1; exit <= 4; exit++) {
      expect(startFailure(restarts, { ...PATIENCE, waitedMs: 0 })).toBeUndefined();
      restarts = afterExit(restarts, { cause: `exit code ${exit}`, ranMs: 0 }, DELAYS).restarts;
    }
    expect(startFailure(restarts, { ...PATIENCE, waitedMs: 0 })).toBe('exited 4 times (exit code 4)');
  });

  it('is given up when the service does not become ready within the time limit', () => {
    const restarts = noExits(DELAYS);
    expect(startFailure(restarts, { ...PATIENCE, waitedMs: 120_000 })).toBeUndefined();
    expect(startFailure(restarts, { ...PATIENCE, waitedMs: 120_001 })).toBe('did not become ready');
  });
});
