// What demonstrates and measures: against the running product, or against one of its own.
import { BENCHES, FAULTS, LOAD_RUNS } from './names.mjs';
import { settings } from './settings.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {import('../../libs/platform/command-line/definition.mjs').Option} */
const json = { name: 'json', text: 'also prints the figures as JSON, one line each' };

/** @param {Readonly<Record<string, string>>} texts */
const chosenFrom = (texts) => ({ choices: Object.keys(texts), texts });

/** @type {Command} */
export const demo = {
  name: 'demo',
  purpose:
    'Shows what the product does, on the running one: adds a target, takes it away, kills each process, counts results.',
  details: [
    'It needs a running product, and root: it drops packets to 127.0.0.9 by nftables, adds a route, and kills the processes ' +
      'with SIGKILL, one after the other. Filter and route are removed at the end; the target stays.',
  ],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm start -- --detach', 'npm run demo'],
  exits: {
    0: 'no result is missing or stored twice',
    1: 'the product is not running, a step failed, or results are missing',
  },
};

/** @type {Command} */
export const measure = {
  name: 'measure',
  purpose: 'Measures CPU and memory of each process of the running product, and counts results under a load.',
  arguments: [
    {
      name: 'what',
      text: 'what is measured',
      ...chosenFrom({ idle: 'the product as it is', load: 'with more targets, each probed every 5 s' }),
    },
  ],
  options: [
    { name: 'seconds', value: 'n', min: 1, max: 86_400, text: 'how long it measures', default: '120 idle, 300 load' },
    {
      name: 'targets',
      value: 'n',
      min: 1,
      max: 60_000,
      text: 'targets that load adds and removes again',
      default: 1000,
    },
    json,
  ],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm run measure -- idle', 'npm run measure -- load --targets 500 --seconds 60'],
};

/** @type {Command} */
export const bench = {
  name: 'bench',
  purpose: 'Compares parts of the product with the best that could be done by hand, on services of its own.',
  arguments: [
    {
      name: 'name',
      text: 'benches to run',
      ...chosenFrom({ ...BENCHES, all: 'all of them, in this order' }),
      many: true,
    },
  ],
  options: [
    { name: 'quick', text: 'runs a small form, for developing; its figures are no results' },
    {
      name: 'pairs',
      value: 'n',
      min: 1,
      max: 1_000,
      text: 'rounds of product and reference',
      default: '5, with --quick 2',
    },
    json,
    { name: 'profile', text: 'leaves CPU profiles of the processes in artefacts/profiles' },
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run bench -- projector', 'npm run bench -- ingest gateway --pairs 3', 'npm run bench -- all --json'],
  exits: { 1: 'a bench failed, or a result was lost, doubled or changed' },
};

/** @type {Command} */
export const load = {
  name: 'load',
  purpose: 'Runs a product of its own under full load, minute by minute, and counts whether every result is stored.',
  arguments: [{ name: 'name', text: 'the load', ...chosenFrom(LOAD_RUNS) }],
  options: [
    { name: 'agents', value: 'n', min: 1, max: 10_000, text: 'simulated agents', default: 'as listed above' },
    { name: 'targets', value: 'n', min: 1, max: 1_000_000, text: 'targets', default: 'as listed above' },
    { name: 'interval', value: 's', min: 1, max: 86_400, text: 'seconds between probes', default: 'as listed above' },
    { name: 'minutes', value: 'n', min: 1, max: 100_000, text: 'how long it runs', default: 'as listed above' },
    json,
    { name: 'profile', text: 'leaves CPU profiles of the processes in artefacts/profiles' },
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run load -- fleet --minutes 30', 'npm run load -- takeover'],
  exits: { 0: 'every result is stored, once', 1: 'results are missing or doubled, or the product did not hold' },
};

/** @type {Command} */
export const faults = {
  name: 'faults',
  purpose: 'Does to a product of its own what operators and networks do, and counts what is left over.',
  details: ['Needs root or sudo: it sends signals, fills disks and disturbs networks of its own.'],
  arguments: [
    {
      name: 'name',
      text: 'faults to cause; all when there is none',
      ...chosenFrom(FAULTS),
      optional: true,
      many: true,
    },
  ],
  options: [
    { name: 'seed', value: 'n', min: 0, max: 999_999_999, text: 'repeats a run', default: 'from the clock, printed' },
    { name: 'short', text: 'runs a few rounds of each' },
    json,
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run faults -- zombie-projector bad-uploads --short', 'npm run faults -- simulated-shard --seed 1'],
  exits: { 0: 'everything was as promised', 1: 'something was not, or a fault could not be caused' },
};

/** @type {Command} */
export const simulate = {
  name: 'simulate',
  purpose: 'Runs the shard host in its simulator, a run for each seed; needs no services.',
  details: [
    'Runs the shard host of the product over a simulated clock, log and database. A seed decides the load and the faults, so it ' +
      'always does the same. A seed that fails is printed with the rule that did not hold, the command that runs it again, and its shortest ' +
      'plan that still fails. What must hold: docs/faults.md.',
  ],
  options: [
    {
      name: 'seeds',
      value: 'n',
      min: 1,
      max: 999_999_999,
      text: 'how many runs, or with --mutations at most',
      default: 10_000,
    },
    { name: 'from', value: 'seed', min: 0, max: 999_999_999, text: 'the first seed', default: 1 },
    { name: 'seed', value: 'seed', min: 0, max: 999_999_999, text: 'runs this seed alone' },
    { name: 'plan', value: 'json', text: 'runs this plan alone, such as the shortest plan of a seed that failed' },
    {
      name: 'mutations',
      text: 'takes one fix after the other out of a copy of the sources, and counts the seeds until the simulator finds that it is missing',
    },
  ],
  together: [['seeds', 'from'], ['seed'], ['plan'], ['mutations', 'seeds']],
  settings: { ICMPMON_LOG_LEVEL: 'debug also prints what the hosts log (default silent)' },
  examples: ['npm run simulate -- --seeds 100', 'npm run simulate -- --seed 4711', 'npm run simulate -- --mutations'],
  exits: { 0: 'every rule held; with --mutations: all were found', 1: 'a rule did not hold; the seed is printed' },
};
