/** @typedef {import('./truth.mjs').TruthLine} TruthLine */
/** @typedef {{ ip: string, atMs: number, to: string }} StatusChange */
/** @typedef {{ ip: string, fromMs: number, toMs: number }} Outage `toMs` is Infinity when it did not end */

/**
 * Counts and times of the reports of the product, against the truth. Times are in ms.
 * @typedef {object} Score
 * @property {number} outages unreachable targets that the product had to report, one per target and outage
 * @property {number} detected
 * @property {number} missed
 * @property {number} tooShort outages shorter than the time that the tier needs, which were not reported
 * @property {number} recovered of the detected ones that ended: reported as no longer down
 * @property {number} lossDowns targets reported as down while probes of enough of their agents were lost in a row, by loss and no outage
 * @property {number} falseDowns targets reported as down without any of that
 * @property {number} degraded targets reported as degraded at any time
 * @property {Spread | null} detectionMs from the start of the outage to the change of the status
 * @property {Spread | null} recoveryMs
 */
/** @typedef {{ p50: number, p95: number, max: number }} Spread */

/**
 * Compares reported changes of statuses with the truth. A target is unreachable while at least `quorum` of its agents get no answer; an
 * agent without uplink has no vote.
 * @param {object} of
 * @param {TruthLine[]} of.truth
 * @param {StatusChange[]} of.changes in order of time
 * @param {Map<string, string[]>} of.agentsOf names of the agents of each target
 * @param {number} of.neededMs time after which a tier must have reported an outage, and a recovery
 * @param {(agents: number) => number} of.quorumOf
 * @param {(ip: string, atMs: number, agents: string[]) => number} of.losingAgents how many of the agents had lost enough probes in a row by then
 * @returns {Score}
 */
export function scoreOf({ truth, changes, agentsOf, neededMs, quorumOf, losingAgents }) {
  const outages = outagesOf(truth, agentsOf, quorumOf);
  const changesOf = Map.groupBy(changes, ({ ip }) => ip);
  /** @type {number[]} */ const detections = [];
  /** @type {number[]} */ const recoveries = [];
  let missed = 0;
  let tooShort = 0;
  for (const { ip, fromMs, toMs } of outages) {
    const mine = changesOf.get(ip) ?? [];
    const down = mine.find(({ atMs, to }) => to === 'down' && atMs >= fromMs && atMs <= toMs + neededMs);
    if (down === undefined) {
      if (toMs - fromMs < neededMs) tooShort++;
      else missed++;
      continue;
    }
    detections.push(down.atMs - fromMs);
    const up = mine.find(({ atMs, to }) => to !== 'down' && atMs >= Math.max(toMs, down.atMs));
    if (up !== undefined) recoveries.push(up.atMs - toMs);
  }
  const outagesByIp = Map.groupBy(outages, ({ ip }) => ip);
  const uncovered = changes.filter(({ ip, atMs, to }) => {
    const covered = (outagesByIp.get(ip) ?? []).some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + neededMs);
    return to === 'down' && !covered;
  });
  /** @param {StatusChange} change */
  const isByLoss = ({ ip, atMs }) => {
    const agents = agentsOf.get(ip) ?? [];
    return agents.length > 0 && losingAgents(ip, atMs, agents) >= quorumOf(agents.length);
  };
  const falseDowns = new Set(uncovered.filter((change) => !isByLoss(change)).map(({ ip }) => ip));
  const lossDowns = new Set(uncovered.filter(isByLoss).map(({ ip }) => ip));
  const degraded = new Set(changes.filter(({ to }) => to === 'degraded').map(({ ip }) => ip)).size;
  return {
    ...{ outages: outages.length, detected: detections.length, missed, tooShort, recovered: recoveries.length },
    ...{ lossDowns: lossDowns.size, falseDowns: falseDowns.size, degraded },
    ...{ detectionMs: spreadOf(detections), recoveryMs: spreadOf(recoveries) },
  };
}

/**
 * Returns the times during which targets are unreachable for at least the quorum of their agents.
 * @param {TruthLine[]} truth
 * @param {Map<string, string[]>} agentsOf
 * @param {(agents: number) => number} quorumOf
 * @returns {Outage[]}
 */
export function outagesOf(truth, agentsOf, quorumOf) {
  /** @type {Map<string, Outage>} */
  const open = new Map();
  /** @type {Outage[]} */
  const outages = [];
  for (const line of truth) {
    if (line.type !== 'target') continue;
    const agents = agentsOf.get(line.ip) ?? [];
    const cut = agents.filter((name) => line.unreachableFrom.includes(name)).length;
    const isDown = agents.length > 0 && cut >= quorumOf(agents.length);
    const outage = open.get(line.ip);
    if (isDown && outage === undefined) {
      const begun = { ip: line.ip, fromMs: Date.parse(line.at), toMs: Infinity };
      open.set(line.ip, begun);
      outages.push(begun);
    } else if (!isDown && outage !== undefined) {
      outage.toMs = Date.parse(line.at);
      open.delete(line.ip);
    }
  }
  return outages;
}

/**
 * @param {number[]} values
 * @returns {Spread | null} null without values
 */
export function spreadOf(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}
