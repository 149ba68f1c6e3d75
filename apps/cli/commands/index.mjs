// Definition of `npm run icmpmon`: plain data, which is read before anything is built.
import { REMOTE_COMMANDS } from '../../client/commands/index.mjs';
import { apiKeys, users } from './access.mjs';
import { backup, restore } from './backups.mjs';
import { afterRestore, deadLetters, rebuild, results, shards } from './data.mjs';
import { printBlock, sbom } from './files.mjs';
import { withRemote } from './remote.mjs';

export { EXIT_FOUND } from './data.mjs';
export { isRemote } from './remote.mjs';

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

/** Commands on databases and Kafka themselves: they work even without the API, and without a valid login. */
const onInstallation = [apiKeys, backup, deadLetters, rebuild, restore, results, shards, users, afterRestore].map(
  withSettings,
);

/** Names of the commands that need the API. */
const THROUGH_API = REMOTE_COMMANDS.map(({ name }) => name)
  .filter((name) => !onInstallation.some((own) => own.name === name))
  .sort();

/** @type {Command} */
export const icmpmon = {
  name: 'icmpmon',
  purpose:
    'Administers an installation: targets, tiers, agents, users, API keys, read models, shards, dead letters, results, backups.',
  details: [
    'Works on the installation of this folder, which must be running (backup and restore start the services that they need), or on the ' +
      'one whose addresses are in the environment. print-block and sbom read files only.',
    `${THROUGH_API.join(', ')} use the API, with the API key of the installation. The same commands work from another machine: ` +
      'docs/how-to/use-icmpmon.md.',
  ],
  commands: withRemote([...onInstallation, printBlock, sbom], REMOTE_COMMANDS),
  settings: SETTINGS,
  examples: ['npm run icmpmon -- users list', 'npm run icmpmon -- shards'],
};
