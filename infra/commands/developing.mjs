// Commands for development: services, tests, checks.
import { settings } from './settings.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {import('../../libs/platform/command-line/definition.mjs').Option} */
const dirOption = {
  name: 'dir',
  value: 'folder',
  text: 'folder of their data and addresses',
  default: '.icmp-mon/dev',
};

/** @type {Command} */
export const services = {
  name: 'services',
  purpose: 'Starts and stops Kafka, TimescaleDB and Valkey alone, for development and integration tests.',
  commands: [
    {
      name: 'up',
      purpose: 'Starts the services in the background and returns when they are ready.',
      options: [dirOption],
      examples: ['npm run services -- up'],
    },
    {
      name: 'down',
      purpose: 'Stops the services and keeps their data.',
      options: [dirOption],
      examples: ['npm run services -- down'],
      exits: { 0: 'stopped, or nothing was running' },
    },
    { name: 'supervise', purpose: 'Runs the supervisor in the background.', options: [dirOption], hidden: true },
  ],
  examples: [
    'npm run services -- up',
    'npx vitest run --project int libs/platform/event-store',
    'npm run services -- down',
  ],
};

/** @type {Command} */
export const test = {
  name: 'test',
  purpose: 'Runs all tests, on their own services, which are removed afterwards.',
  arguments: [
    {
      name: 'part',
      text: 'part of the path of the files to run; default: all files',
      optional: true,
      many: true,
    },
  ],
  options: [
    { name: 'only', value: 'level', choices: ['unit', 'int', 'e2e'], text: 'runs one level', default: 'all three' },
  ],
  settings: settings(
    'ICMPMON_PROVIDER',
    'ICMPMON_TEST_KAFKA_BROKERS',
    'ICMPMON_TEST_DATABASE_URL',
    'ICMPMON_TEST_REDIS_URL',
    'ICMPMON_LOG_LEVEL',
  ),
  examples: ['npm test', 'npm test -- --only unit', 'npm test -- libs/status'],
  exits: { 0: 'all tests passed', 1: 'a test failed, none ran, or the services did not start' },
};

/** @type {Command} */
export const verify = {
  name: 'verify',
  purpose:
    'Checks format, lint, module boundaries, types, exports, install scripts of packages, documents and their language; needs no services.',
  examples: ['npm run verify'],
  exits: { 0: 'every check passed', 1: 'a check failed; its output is printed at the end' },
};
