// Lifecycle of the product on this machine: start, stop, reset, build.
import { OWN_SERVICES, settings } from './settings.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const start = {
  name: 'start',
  purpose: 'Sets the machine up, builds what changed, starts the product, and prints the address of the portal.',
  details: [
    'Prints first what it will install. Runs in the foreground until Ctrl-C, or in the background with --detach. ' +
      'If the product is already running, it prints the addresses and the login.',
  ],
  options: [
    { name: 'detach', text: 'starts in the background and returns when the product is ready' },
    { name: 'supervise', text: 'runs the supervisor in the background', hidden: true },
  ],
  settings: settings(
    'ICMPMON_API_PORT',
    'ICMPMON_AGENT_PORT',
    'ICMPMON_ENROL_PORT',
    'ICMPMON_PROVIDER',
    ...OWN_SERVICES,
    'ICMPMON_STATE_DIR',
    'ICMPMON_DIST_DIR',
    'ICMPMON_LOG_LEVEL',
  ),
  examples: ['npm start -- --detach', 'ICMPMON_API_PORT=8090 npm start -- --detach'],
  exits: {
    0: 'the product is ready (with --detach) or was already running; in the foreground: it was stopped in order',
    1: 'the product did not start; the cause is printed, and no process is left running',
  },
};

/** @type {Command} */
export const stop = {
  name: 'stop',
  purpose: 'Stops everything that npm start started, in reverse order, and keeps all data.',
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm stop'],
  exits: { 0: 'stopped, or nothing was running' },
};

/** @type {Command} */
export const reset = {
  name: 'reset',
  purpose: 'Lists and removes the data of the installation: targets, results, logins, keys.',
  details: [
    'The product must be stopped. Prints each folder and file that it will remove, with its size, and asks for confirmation. Kept: ' +
      "downloaded programs (runtime), services and runs of development (dev, test), the local agent's policy.yaml, and backups.",
  ],
  options: [{ name: 'yes', text: 'removes without asking; required without a terminal' }],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm run reset', 'npm run reset -- --yes'],
  exits: { 1: 'refused or failed; the reason is printed. Nothing is removed without --yes or the answer "y"' },
};

/** @type {Command} */
export const build = {
  name: 'build',
  purpose: 'Builds the apps whose sources changed into dist; npm start does the same.',
  options: [{ name: 'force', text: 'builds all apps' }],
  settings: settings('ICMPMON_DIST_DIR'),
  examples: ['npm run build', 'npm run build -- --force'],
};
