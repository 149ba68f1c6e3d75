// Definition of the program `icmpmon`: plain data, from which parser, help, docs/icmpmon.md and completion are derived.
import { apply, plan, pull } from './config.mjs';
import { apiKeys, tokens, users } from './access.mjs';
import { agents } from './agents.mjs';
import { baselines } from './baselines.mjs';
import { jobs } from './bulk.mjs';
import { complete, completion, health, login, logout, whoami } from './connection.mjs';
import { events } from './events.mjs';
import { evidence } from './evidence.mjs';
import { exportTargets, importTargets } from './files.mjs';
import { maintenance } from './maintenance.mjs';
import { commands } from './probes.mjs';
import { asNumbers, path, traces } from './paths.mjs';
import { sources } from './sources.mjs';
import { targets } from './targets.mjs';
import { tiers } from './tiers.mjs';

export { AGENT_EFFECTS } from './agents.mjs';
export { AGENT_CHOICE_TEXTS, COMMAND_KIND_TEXTS } from './probes.mjs';
export { EXIT_UNDECIDED } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Environment variables of the connection. */
const SETTINGS = {
  ICMPMON_URL: 'address of the portal, such as https://mon.example.org',
  ICMPMON_API_KEY: 'API key',
  ICMPMON_CA: 'file with the CA certificates (PEM) that signed the certificate of the server',
  ICMPMON_PROFILE: 'profile to use (default: that of the last login)',
  NO_COLOR: 'prints no colours',
};

/** Options that may follow every command. */
const CONNECTION = [
  { name: 'url', value: 'url', text: 'address of the portal (default: ICMPMON_URL, then that of the profile)' },
  {
    name: 'key-file',
    value: 'file',
    text: 'file that contains the API key (default: ICMPMON_API_KEY, then that of the profile)',
  },
  { name: 'ca', value: 'file', text: 'CA certificates (PEM) that signed the certificate of the server' },
  { name: 'profile', value: 'name', text: 'profile to use (default: that of the last login)' },
  { name: 'version', text: 'prints the version' },
];

/** Commands on an installation, which exist in `npm run icmpmon` as well. */
export const REMOTE_COMMANDS = [
  apply,
  plan,
  pull,
  agents,
  apiKeys,
  asNumbers,
  baselines,
  commands,
  events,
  evidence,
  exportTargets,
  health,
  importTargets,
  jobs,
  maintenance,
  path,
  sources,
  targets,
  tiers,
  tokens,
  traces,
  users,
];

/** @type {Command} */
export const client = {
  name: 'icmpmon',
  program: true,
  purpose: 'Administers ICMP-Mon from any machine, through its HTTP API.',
  details: [
    'The options below may follow every command. An API key comes from a file, the environment or a profile, never from the command ' +
      'line, which other users of the machine can read.',
  ],
  options: CONNECTION,
  commands: [...REMOTE_COMMANDS, login, logout, whoami, completion, complete],
  settings: SETTINGS,
  examples: ['icmpmon login --url https://mon.example.org', "icmpmon targets list --filter 'site=fra' --json"],
};
