import { spreadOf } from './score.mjs';

/** @typedef {import('./readings.mjs').CheckChange} CheckChange */
/** @typedef {{ ip: string, port: number, fromMs: number, toMs: number }} Opening a port that must not answer, and does */

/**
 * Counts of violations that the product reported, against the truth. Times are in ms.
 * @typedef {object} CheckScore
 * @property {number} openings ports that answered although they must not, one per target, port and time
 * @property {number} found
 * @property {number} missed
 * @property {number} ended violations that were reported as over after the port was closed
 * @property {number} falseViolations
 * @property {import('./score.mjs').Spread | null} foundMs from the opening to the violation
 */

/**
 * @param {object} of
 * @param {Opening[]} of.openings
 * @param {CheckChange[]} of.changes in order of time
 * @param {number} of.neededMs time after which a violation must have been reported
 * @returns {CheckScore}
 */
export function scoreChecks({ openings, changes, neededMs }) {
  /** @type {number[]} */
  const foundMs = [];
  let ended = 0;
  /** @type {Set<CheckChange>} */
  const explained = new Set();
  for (const { ip, port, fromMs, toMs } of openings) {
    const mine = changes.filter((change) => change.ip === ip && change.port === port && change.atMs >= fromMs);
    const found = mine.find(({ to, atMs }) => to === 'violated' && atMs <= toMs + neededMs);
    if (found === undefined) continue;
    for (const change of mine) if (change.to === 'violated' && change.atMs <= toMs + neededMs) explained.add(change);
    foundMs.push(found.atMs - fromMs);
    if (mine.some(({ to, atMs }) => to !== 'violated' && atMs >= toMs)) ended++;
  }
  const falseViolations = changes.filter((change) => change.to === 'violated' && !explained.has(change)).length;
  const found = foundMs.length;
  return {
    ...{ openings: openings.length, found, missed: openings.length - found, ended, falseViolations },
    foundMs: spreadOf(foundMs),
  };
}

/**
 * Returns the ports that the faults of a scenario open although they must not answer.
 * @param {object} of
 * @param {import('./engine/faults.mjs').ResolvedFault[]} of.faults
 * @param {import('./scenario.mjs').ClosedPorts | null} of.closed
 * @param {Uint8Array} of.isClosed by target index
 * @param {import('./engine/world.mjs').World} of.world
 * @param {number} of.originMs
 * @returns {Opening[]}
 */
export function openingsOf({ faults, closed, isClosed, world, originMs }) {
  return faults.flatMap(({ fault, targets, fromS, toS }) => {
    if (fault.fault !== 'port' || fault.state !== 'open' || !closed?.ports.includes(fault.port ?? 0)) return [];
    const opened = world.targets.filter(({ index }) => targets[index] && isClosed[index]);
    const times = { fromMs: originMs + fromS * 1_000, toMs: originMs + toS * 1_000 };
    return opened.map(({ ip }) => ({ ip, port: fault.port ?? 0, ...times }));
  });
}
