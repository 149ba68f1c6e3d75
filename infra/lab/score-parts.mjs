import { readFileSync } from 'node:fs';
import { EDGE_S, measuredTargets } from './engine/tally.mjs';
import { losingAgentsOf } from './misses.mjs';
import { readChanges, readCheckChanges, readFigures } from './readings.mjs';
import { openingsOf, scoreChecks } from './score-checks.mjs';
import { scoreFigures } from './score-figures.mjs';
import { scoreOf } from './score.mjs';
import { MISSES_TO_FAIL, isClosedOf } from './tiers.mjs';

/** Quorum of the lab's tiers. */
const majority = (/** @type {number} */ agents) => Math.floor(agents / 2) + 1;

/**
 * @typedef {object} Played a timeline that was played
 * @property {import('./scenario.mjs').Scenario} scenario
 * @property {import('./engine/world.mjs').World} world
 * @property {import('./engine/faults.mjs').ResolvedFault[]} faults
 * @property {number} originMs its start, in ms since the epoch
 * @property {number} neededMs time after which a tier must have reported an outage
 * @property {number} intervalMs between two probes of a target
 * @property {import('./truth.mjs').TruthLine[]} truth
 * @property {Map<string, string[]>[]} agentsOf agents by target, when each scenario began
 * @property {string} missesFile
 * @property {import('./engine/tally.mjs').TallyRow[]} tally
 * @property {number} lateMs by which the lab sends its replies too late, on average
 * @property {boolean} isBusy whether Health names agents
 * @property {string} telemetryUrl
 */

/**
 * Compares what the product stored with the truth, scenario by scenario.
 * @param {Played} played
 * @returns {Promise<import('./report.mjs').Result[]>}
 */
export async function scoreParts(played) {
  const { scenario, world, faults, originMs, neededMs, intervalMs, truth, agentsOf, telemetryUrl } = played;
  const changes = await readChanges(telemetryUrl, originMs);
  const checkChanges = await readCheckChanges(telemetryUrl, originMs);
  const openings = openingsOf({
    ...{ faults, closed: scenario.closed, isClosed: isClosedOf(world, scenario.closed), world, originMs },
  });
  const lines = readFileSync(played.missesFile, 'utf8').split('\n').slice(0, -1);
  const losingAgents = losingAgentsOf(
    lines.map((line) => JSON.parse(line)),
    { intervalMs, toFail: MISSES_TO_FAIL, withinMs: neededMs },
  );
  const results = [];
  for (const [at, { name, fromS }] of scenario.parts.entries()) {
    const nextS = scenario.parts.at(at + 1)?.fromS ?? Infinity;
    const isIn = (/** @type {number} */ atMs) => atMs >= originMs + fromS * 1_000 && atMs < originMs + nextS * 1_000;
    const score = scoreOf({
      truth: truth.filter((line) => isIn(Date.parse(line.at))),
      changes: changes.filter(({ atMs }) => isIn(atMs)),
      ...{ agentsOf: agentsOf[at], neededMs, quorumOf: majority, losingAgents },
    });
    const checks = scoreChecks({
      openings: openings.filter(({ fromMs }) => isIn(fromMs)),
      changes: checkChanges.filter(({ atMs }) => isIn(atMs)),
      neededMs,
    });
    const mine = faults.filter((each) => each.fromS >= fromS && each.fromS < nextS);
    results.push({ name, score, checks, figures: await figuresOf(played, mine) });
  }
  return results;
}

/**
 * Compares the measured figures of each fault that has some.
 * @param {Played} played
 * @param {import('./engine/faults.mjs').ResolvedFault[]} faults
 */
async function figuresOf({ world, faults: all, originMs, tally, lateMs, isBusy, telemetryUrl, scenario }, faults) {
  const scores = [];
  for (const each of faults) {
    const rows = tally.filter(({ fault }) => all[fault] === each);
    if (rows.length === 0) continue;
    const isMeasured = measuredTargets(each, world);
    const targets = world.targets.filter(({ index }) => isMeasured[index]);
    const figures = await readFigures(telemetryUrl, {
      ips: targets.map(({ ip }) => ip),
      fromMs: originMs + (each.fromS + EDGE_S) * 1_000,
      toMs: originMs + (each.toS - EDGE_S) * 1_000,
    });
    const { name, fault: kind } = each.fault;
    scores.push(
      scoreFigures({
        ...{ name: nameWithin(name, scenario.parts), kind, rows, figures, vantages: world.vantages, lateMs, isBusy },
        isAnycast: targets.every(({ site }) => site === null),
      }),
    );
  }
  return scores;
}

/**
 * Name of a fault within its scenario: several scenarios in one timeline prefix it.
 * @param {string} name
 * @param {import('./scenario.mjs').Part[]} parts
 */
function nameWithin(name, parts) {
  const part = parts.find(({ name: prefix }) => name.startsWith(`${prefix} `));
  return part === undefined ? name : name.slice(part.name.length + 1);
}
