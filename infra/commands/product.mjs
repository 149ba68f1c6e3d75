// The product on this machine: started, stopped, emptied, built.
import { OWN_SERVICES, settings } from './settings.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const start = {
  name: 'start',
  purpose: 'Sets the machine up, builds what changed, starts everything, and prints where the portal is.',
  details: [
    'Prints first what it is going to install. Runs in the foreground until Ctrl-C, or in the background with --detach. ' +
      'When it runs already, it prints the addresses and the login.',
  ],
  options: [
    { name: 'detach', text: 'starts in the background and returns when everything is ready' },
    { name: 'supervise', text: 'is the process in the background', hidden: true },
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
    0: 'everything is ready (with --detach) or was running already; in the foreground: it was stopped in order',
    1: 'it did not start; the cause is printed, and nothing is left running',
  },
};

/** @type {Command} */
export const stop = {
  name: 'stop',
  purpose: 'Stops everything that npm start started, in reverse order; all data stays.',
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm stop'],
  exits: { 0: 'stopped, or nothing was running' },
};

/** @type {Command} */
export const reset = {
  name: 'reset',
  purpose: 'Lists and removes the data of the installation: targets, results, logins, keys.',
  details: [
    'The product must be stopped. Prints each folder and file that it removes, with its size, and asks. Kept: downloaded programs (runtime), ' +
      "the services and runs of development (dev, test), the local agent's policy.yaml, and backups.",
  ],
  options: [{ name: 'yes', text: 'removes without asking; needed where there is no terminal' }],
  settings: settings('ICMPMON_STATE_DIR'),
  examples: ['npm run reset', 'npm run reset -- --yes'],
  exits: { 1: 'refused or failed; the reason is printed. Without --yes or a "y" nothing is removed' },
};

/** @type {Command} */
export const build = {
  name: 'build',
  purpose: 'Builds the apps whose sources changed into dist; npm start does the same by itself.',
  options: [{ name: 'force', text: 'builds all of them' }],
  settings: settings('ICMPMON_DIST_DIR'),
  examples: ['npm run build', 'npm run build -- --force'],
};
