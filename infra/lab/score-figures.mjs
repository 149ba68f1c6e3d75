/** @typedef {import('./engine/tally.mjs').TallyRow} TallyRow */
/** @typedef {import('./readings.mjs').AgentFigures} AgentFigures */

/**
 * Counts of what the lab did with the probes of a fault's targets while it was active, and what the product stored of them.
 * @typedef {object} FigureScore
 * @property {string} name of the fault
 * @property {string} kind
 * @property {boolean} isAnycast whether the fault concerns anycast targets only
 * @property {Figures} truth
 * @property {Figures} product
 * @property {number} duplicates replies that arrived twice
 * @property {number} noResult probes that an agent sent and the product has no result of, besides probes with a foreign reply
 * @property {RegionRtt[]} regions mean round trip by the region of the agent
 * @property {string[]} problems what differs more than allowed
 */
/**
 * @typedef {object} Figures
 * @property {number} probes
 * @property {number} inTime with a reply of the target before the timeout
 * @property {number} late with a reply after the timeout; the product counts them as lost
 * @property {number} foreign with a reply from another address; the product has no result, or a lost probe
 * @property {number} lost
 * @property {number | null} rttMeanMs of those in time
 */
/** @typedef {{ region: string, truthMs: number | null, productMs: number | null }} RegionRtt */

/** Share of the probes by which counts may differ: probes at the edges of the time, and those of the last seconds before an agent restarts. */
const COUNT_TOLERANCE = 0.01;
const COUNT_TOLERANCE_MIN = 3;
/** Mean round trips may differ by this share, and by the scheduling of the machine. */
const RTT_TOLERANCE = 0.05;
const RTT_TOLERANCE_MS = 2;
const RTT_TOLERANCE_BUSY_MS = 20;

/**
 * @param {object} of
 * @param {string} of.name
 * @param {string} of.kind
 * @param {boolean} of.isAnycast
 * @param {TallyRow[]} of.rows of the fault, one per agent
 * @param {AgentFigures[]} of.figures
 * @param {{ name: string, region: string }[]} of.vantages
 * @param {number} of.lateMs by which the lab itself sends its replies too late, on average
 * @param {boolean} of.isBusy whether Health names agents: agents that are short of CPU do not count their misses, and receive replies late
 * @returns {FigureScore}
 */
export function scoreFigures({ name, kind, isAnycast, rows, figures, vantages, lateMs, isBusy }) {
  // An agent without uplink measures nothing: neither side counts it.
  const online = rows.filter(({ offline }) => offline === 0);
  const names = new Set(online.map(({ vantage }) => vantages[vantage].name));
  const stored = figures.filter(({ agent }) => names.has(agent));
  const truth = truthOf(online);
  const product = productOf(stored);
  const regions = [...new Set(vantages.map(({ region }) => region))].map((region) => ({
    region,
    truthMs: truthOf(online.filter(({ vantage }) => vantages[vantage].region === region)).rttMeanMs,
    productMs: productOf(stored.filter(({ agent }) => vantages.find((each) => each.name === agent)?.region === region))
      .rttMeanMs,
  }));
  const duplicates = sum(online, 'duplicates');
  const noResult = Math.max(0, truth.probes - truth.foreign - product.probes);
  const toleranceMs = (isBusy ? RTT_TOLERANCE_BUSY_MS : RTT_TOLERANCE_MS) + lateMs;
  const problems = problemsOf({ truth, product, regions, toleranceMs, noResult: isBusy ? 0 : noResult });
  return { name, kind, isAnycast, truth, product, duplicates, noResult, regions, problems };
}

/** @param {Pick<FigureScore, 'truth' | 'product' | 'regions' | 'noResult'> & { toleranceMs: number }} of */
function problemsOf({ truth, product, regions, toleranceMs, noResult }) {
  const problems = [];
  const allowed = Math.max(COUNT_TOLERANCE_MIN, truth.probes * COUNT_TOLERANCE);
  const lostMax = truth.lost + truth.late + truth.foreign;
  if (product.inTime > truth.inTime + allowed)
    problems.push(`${product.inTime} replies in time stored, ${truth.inTime} sent`);
  if (product.lost > lostMax + allowed)
    problems.push(`${product.lost} lost probes stored, ${lostMax} had no valid reply in time`);
  if (noResult > allowed) problems.push(`${noResult} probes without a result`);
  for (const { region, truthMs, productMs } of regions) {
    if (truthMs === null && productMs === null) continue;
    if (truthMs === null || productMs === null) problems.push(`${region}: only one side has round trips`);
    else if (Math.abs(productMs - truthMs) > truthMs * RTT_TOLERANCE + toleranceMs)
      problems.push(`${region}: ${productMs.toFixed(1)} ms measured, ${truthMs.toFixed(1)} ms scripted`);
  }
  return problems;
}

/**
 * @param {TallyRow[]} rows
 * @returns {Figures}
 */
function truthOf(rows) {
  const [probes, inTime, late, foreign] = /** @type {const} */ (['requests', 'inTime', 'late', 'foreign']).map(
    (field) => sum(rows, field),
  );
  const rttMeanMs = inTime > 0 ? sum(rows, 'rttSumMs') / inTime : null;
  return { probes, inTime, late, foreign, lost: probes - inTime - late - foreign, rttMeanMs };
}

/**
 * @param {AgentFigures[]} stored
 * @returns {Figures}
 */
function productOf(stored) {
  const total = (/** @type {'replied' | 'lost'} */ field) => stored.reduce((all, each) => all + each[field], 0);
  const replied = total('replied');
  const rttSumUs = stored.reduce((all, each) => all + (each.rttMeanUs ?? 0) * each.replied, 0);
  const rttMeanMs = replied > 0 ? rttSumUs / replied / 1_000 : null;
  return { probes: replied + total('lost'), inTime: replied, late: 0, foreign: 0, lost: total('lost'), rttMeanMs };
}

/**
 * @param {TallyRow[]} rows
 * @param {keyof import('./engine/tally.mjs').Counts} field
 */
const sum = (rows, field) => rows.reduce((all, row) => all + row[field], 0);
