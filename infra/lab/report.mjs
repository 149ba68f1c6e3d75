/** @typedef {import('./score.mjs').Score} Score */
/** @typedef {import('./score.mjs').Spread} Spread */
/** @typedef {{ name: string, score: Score, checks: import('./score-checks.mjs').CheckScore, figures: import('./score-figures.mjs').FigureScore[] }} Result of one scenario */

const COLUMN_GAP = '  ';

/**
 * Returns the differences of a result from the truth, as texts; none if the product was right.
 * @param {Result} result
 */
export function differencesOf({ score, checks, figures }) {
  const counts = /** @type {const} */ ([
    [score.missed, 'outages were not reported'],
    [score.detected - score.recovered, 'reported outages had no reported end'],
    [score.falseDowns, 'targets were reported as down without an outage and without loss'],
    [checks.missed, 'open ports were not reported as violations'],
    [checks.found - checks.ended, 'violations had no reported end'],
    [checks.falseViolations, 'violations were reported of ports that did not answer'],
  ]);
  return [
    ...counts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`),
    ...figures.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
  ];
}

/**
 * Returns tables of all results and all differences from the truth, as lines for people.
 * @param {Result[]} results
 * @param {object} of
 * @param {import('./responder.mjs').ResponderCounts} of.counts
 * @param {string[]} of.health summaries of the parts of Health that are not well
 * @returns {string[]}
 */
export function reportOf(results, { counts: { lateMeanUs, lateMaxUs }, health }) {
  const differences = results.flatMap((result) => differencesOf(result).map((text) => `  ${result.name}: ${text}`));
  return [
    ...tableOf(STATUS_HEAD, results.map(statusRow)),
    ...titled('Ports that must not answer', PORT_HEAD, results.filter(hasPorts).map(portRow)),
    ...titled('Pings of the targets of a fault: truth / product', FIGURE_HEAD, results.flatMap(figureRows)),
    ...regionLines(results),
    '',
    `The lab sent its own replies ${ms(lateMeanUs / MS)} ms late on average, ${ms(lateMaxUs / MS)} ms at most.`,
    ...health.map((text) => `Health: ${text}.`),
    ...(differences.length === 0 ? ['The product reported the truth.'] : ['The product differs from the truth:']),
    ...differences,
  ];
}

const MS = 1_000;
const STATUS_HEAD = [
  ...['scenario', 'outages', 'reported', 'after (median, p95)', 'missed', 'too short', 'ended', 'after (median, p95)'],
  ...['down by loss', 'false', 'result'],
];

/** @param {Result} result */
function statusRow(result) {
  const { name, score } = result;
  return [
    ...[name, score.outages, score.detected, times(score.detectionMs), score.missed, score.tooShort],
    ...[score.recovered, times(score.recoveryMs), score.lossDowns, score.falseDowns],
    differencesOf(result).length === 0 ? 'right' : 'DIFFERS',
  ].map(String);
}

const PORT_HEAD = ['scenario', 'opened', 'found', 'after (median, p95)', 'missed', 'ended', 'false'];

/** @param {Result} result */
const hasPorts = ({ checks }) => checks.openings > 0 || checks.falseViolations > 0;

/** @param {Result} result */
const portRow = ({ name, checks }) =>
  [name, checks.openings, checks.found, times(checks.foundMs), checks.missed, checks.ended, checks.falseViolations].map(
    String,
  );

const FIGURE_HEAD = [
  ...['scenario', 'fault', 'probes', 'replies in time', 'lost or late', 'mean RTT (ms)'],
  ...['of these late', 'other address', 'twice', 'no result'],
];

/** @param {Result} result */
const figureRows = ({ name: scenario, figures }) =>
  figures.map(({ name, kind, truth, product, duplicates, noResult }) =>
    [
      ...[scenario, `${name} (${kind})`, `${truth.probes} / ${product.probes}`, `${truth.inTime} / ${product.inTime}`],
      ...[`${truth.lost + truth.late} / ${product.lost}`, `${ms(truth.rttMeanMs)} / ${ms(product.rttMeanMs)}`],
      ...[truth.late, truth.foreign, duplicates, noResult],
    ].map(String),
  );

/**
 * Round trips by region of the agents, of the faults of anycast targets: which region serves them shows there.
 * @param {Result[]} results
 */
function regionLines(results) {
  const figures = results.flatMap(({ figures: all }) => all.filter(({ isAnycast }) => isAnycast));
  const head = ['fault', ...(figures.at(0)?.regions ?? []).map(({ region }) => region)];
  const rows = figures.map(({ name, regions }) => [
    name,
    ...regions.map(({ truthMs, productMs }) => `${ms(truthMs)} / ${ms(productMs)}`),
  ]);
  return titled('Mean RTT of anycast targets by region of the agents (ms): truth / product', head, rows);
}

/**
 * @param {string} title
 * @param {string[]} head
 * @param {string[][]} rows
 */
const titled = (title, head, rows) => (rows.length === 0 ? [] : ['', title, ...tableOf(head, rows)]);

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function tableOf(head, rows) {
  const widths = head.map((text, at) => Math.max(text.length, ...rows.map((row) => row[at].length)));
  return [head, ...rows].map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at]))
      .join(COLUMN_GAP)
      .trimEnd(),
  );
}

/** @param {number | null} value in ms */
const ms = (value) => (value === null ? '-' : value.toFixed(1));

/** @param {Spread | null} spread */
const times = (spread) => (spread === null ? '-' : `${seconds(spread.p50)}, ${seconds(spread.p95)}`);

/** @param {number} value */
const seconds = (value) => `${(value / 1_000).toFixed(1)} s`;
