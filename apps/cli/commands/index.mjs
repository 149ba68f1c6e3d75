// Definition of `npm run icmpmon`: plain data, which is read before anything is built.
import { apiKeys, users } from './access.mjs';
import { agents, tokens } from './agents.mjs';
import { backup, restore } from './backups.mjs';
import { afterRestore, deadLetters, rebuild, results, shards } from './data.mjs';
import { printBlock, sbom } from './files.mjs';
import { exportTargets, importTargets } from './targets.mjs';

export { AGENT_EFFECTS } from './agents.mjs';
export { EXIT_FOUND } from './data.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Environment variables in the help of each command. */
const SETTINGS = {
  ICMPMON_STATE_DIR: 'folder of the installation (default .icmp-mon)',
  ICMPMON_KAFKA_BROKERS: 'brokers of an installation other than that of the folder; set the next three as well',
  ICMPMON_CONTROL_DATABASE_URL: 'its control database',
  ICMPMON_TELEMETRY_DATABASE_URL: 'its telemetry database',
  ICMPMON_REDIS_URL: 'its Redis or Valkey',
};

/**
 * @param {Command} command
 * @returns {Command}
 */
const withSettings = (command) => ({
  ...command,
  settings: SETTINGS,
  ...(command.commands && { commands: command.commands.map(withSettings) }),
});

const onInstallation = [
  agents,
  apiKeys,
  backup,
  deadLetters,
  exportTargets,
  importTargets,
  rebuild,
  restore,
  results,
  shards,
  tokens,
  users,
  afterRestore,
].map(withSettings);

/** @type {Command} */
export const icmpmon = {
  name: 'icmpmon',
  purpose:
    'Administers an installation: accounts, API keys, agents, targets, read models, shards, dead letters, results, backups.',
  details: [
    'Works on the installation of this folder, which must be running (backup and restore start the services that they need), or on the ' +
      'one whose addresses are in the environment. print-block and sbom read files only.',
  ],
  commands: [...onInstallation, printBlock, sbom],
  settings: SETTINGS,
  examples: ['npm run icmpmon -- users list', 'npm run icmpmon -- shards'],
};
