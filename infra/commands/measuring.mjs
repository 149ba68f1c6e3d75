// Commands that demonstrate and measure, on the running product or on one of their own.
import { BENCHES, FAULTS, LOAD_RUNS, MEASURED } from './names.mjs';
import { settings } from './settings.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {import('../../libs/platform/command-line/definition.mjs').Option} */
const json = { name: 'json', text: 'also prints the figures as JSON, one object per line' };

/** @param {Readonly<Record<string, string>>} texts */
const chosenFrom = (texts) => ({ choices: Object.keys(texts), texts });

/** @type {Command} */
export const demo = {
  name: 'demo',
  purpose:
    'Demonstrates the running product: adds a target, makes it unreachable, kills each process, counts the results.',
  details: [
    'Needs a running product and root: it drops packets to 127.0.0.9 with nftables, adds a route, and kills the processes ' +
      'with SIGKILL, one after another. It removes filter and route at the end and keeps the target.',
  ],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm start -- --detach', 'npm run demo'],
  exits: {
    0: 'no result is missing or stored twice',
    1: 'the product is not running, a step failed, or results are missing',
  },
  runs: true,
  commands: [
    {
      name: 'issuer',
      purpose: 'Starts an OpenID Connect issuer to try single sign-on with, and prints the settings for it.',
      details: [
        'It listens on 127.0.0.1 until Ctrl-C. Anyone on this machine can sign in there as one of its people: never use it ' +
          'for a product that others reach.',
      ],
      options: [
        { name: 'port', value: 'port', min: 1, max: 65_535, default: 8_090, text: 'port on which the issuer listens' },
      ],
      settings: settings('ICMPMON_STATE_DIR'),
      examples: ['npm run demo -- issuer'],
      exits: { 1: 'the product is not running, or the port is in use' },
    },
  ],
};

/** @type {Command} */
export const measure = {
  name: 'measure',
  purpose:
    'Measures the running product: CPU and memory of each process, results under load, and how soon paths are shown.',
  arguments: [
    {
      name: 'what',
      text: 'what to measure',
      ...chosenFrom(MEASURED),
    },
  ],
  options: [
    {
      name: 'seconds',
      value: 'n',
      min: 1,
      max: 86_400,
      text: 'duration of the measurement',
      default: '120 idle, 300 load',
    },
    {
      name: 'targets',
      value: 'n',
      min: 1,
      max: 60_000,
      text: 'number of targets that load adds and removes afterwards',
      default: 1000,
    },
    { name: 'target', value: 'ip', text: 'target of the traces', default: 'the first one of the list' },
    json,
  ],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm run measure -- load --targets 500 --seconds 60', 'npm run measure -- traces --target 198.18.0.1'],
};

/** @type {Command} */
export const bench = {
  name: 'bench',
  purpose: 'Compares parts of the product with a hand-written reference, on its own services.',
  arguments: [
    {
      name: 'name',
      text: 'benches to run',
      ...chosenFrom({ ...BENCHES, all: 'all benches, in this order' }),
      many: true,
    },
  ],
  options: [
    { name: 'quick', text: 'runs a small version for development; do not publish its figures' },
    {
      name: 'pairs',
      value: 'n',
      min: 1,
      max: 1_000,
      text: 'number of rounds, each with product and reference',
      default: '5, with --quick 2',
    },
    json,
    { name: 'profile', text: 'writes CPU profiles of the processes to artefacts/profiles' },
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run bench -- projector', 'npm run bench -- ingest gateway --pairs 3', 'npm run bench -- all --json'],
  exits: { 1: 'a bench failed, or a result was lost, duplicated or changed' },
};

/** @type {Command} */
export const load = {
  name: 'load',
  purpose: 'Starts its own product, runs it under full load, and verifies that every result is stored once.',
  arguments: [{ name: 'name', text: 'load run', ...chosenFrom(LOAD_RUNS) }],
  options: [
    { name: 'agents', value: 'n', min: 1, max: 10_000, text: 'simulated agents', default: 'as listed above' },
    { name: 'targets', value: 'n', min: 1, max: 1_000_000, text: 'targets', default: 'as listed above' },
    { name: 'interval', value: 's', min: 1, max: 86_400, text: 'seconds between probes', default: 'as listed above' },
    { name: 'minutes', value: 'n', min: 1, max: 100_000, text: 'duration', default: 'as listed above' },
    json,
    { name: 'profile', text: 'writes CPU profiles of the processes to artefacts/profiles' },
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run load -- fleet --minutes 30', 'npm run load -- takeover'],
  exits: {
    0: 'every result is stored, once',
    1: 'results are missing or duplicated, or the product did not sustain the load',
  },
};

/** @type {Command} */
export const faults = {
  name: 'faults',
  purpose: 'Starts its own product, injects faults, and verifies that the guarantees hold.',
  details: ['Needs root or sudo: it sends signals, fills disks and disturbs networks, all of its own product.'],
  arguments: [
    {
      name: 'name',
      text: 'faults to inject (default: all)',
      ...chosenFrom(FAULTS),
      optional: true,
      many: true,
    },
  ],
  options: [
    {
      name: 'seed',
      value: 'n',
      min: 0,
      max: 999_999_999,
      text: 'seed of the run; the same seed repeats it',
      default: 'from the clock, printed',
    },
    { name: 'short', text: 'runs a few rounds of each fault' },
    json,
  ],
  settings: settings('ICMPMON_PROVIDER', 'ICMPMON_LOG_LEVEL'),
  examples: ['npm run faults -- zombie-projector bad-uploads --short', 'npm run faults -- simulated-shard --seed 1'],
  exits: { 0: 'every guarantee held', 1: 'a guarantee did not hold, or a fault could not be injected' },
};

/** @type {Command} */
export const simulate = {
  name: 'simulate',
  purpose: 'Runs the shard host in its simulator, one run per seed; needs no services.',
  details: [
    'Runs the shard host of the product over a simulated clock, log and database. The seed determines the load and the faults, so a ' +
      'run is repeatable. For a seed that fails it prints the rule that did not hold, the command that repeats the run, and the shortest ' +
      'plan that still fails. Rules: docs/faults.md.',
  ],
  options: [
    {
      name: 'seeds',
      value: 'n',
      min: 1,
      max: 999_999_999,
      text: 'number of runs; with --mutations the maximum',
      default: 10_000,
    },
    { name: 'from', value: 'seed', min: 0, max: 999_999_999, text: 'first seed', default: 1 },
    { name: 'seed', value: 'seed', min: 0, max: 999_999_999, text: 'runs only this seed' },
    { name: 'plan', value: 'json', text: 'runs only this plan, such as the shortest plan of a failed seed' },
    {
      name: 'mutations',
      text: 'removes one fix at a time from a copy of the sources, and counts the seeds until the simulator detects it',
    },
  ],
  together: [['seeds', 'from'], ['seed'], ['plan'], ['mutations', 'seeds']],
  settings: { ICMPMON_LOG_LEVEL: 'debug also prints the log of the hosts (default silent)' },
  examples: ['npm run simulate -- --seeds 100', 'npm run simulate -- --seed 4711', 'npm run simulate -- --mutations'],
  exits: {
    0: 'every rule held; with --mutations: every removed fix was detected',
    1: 'a rule was violated; the seed is printed',
  },
};
