// Definition of the program `icmpmon`: plain data, from which parser, help, docs/commands.md and completion are derived.
import { apply, plan, pull } from './config.mjs';
import { targets } from './targets.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Environment variables of the connection. */
const SETTINGS = {
  ICMPMON_URL: 'address of the portal, such as https://mon.example.org',
  ICMPMON_API_KEY: 'API key',
  ICMPMON_CA: 'file with the CA certificates (PEM) that signed the certificate of the server',
  ICMPMON_PROFILE: 'profile of the configuration file to use (default: the one of the last login)',
  NO_COLOR: 'prints no colours',
};

/** Options that may follow every command. */
const CONNECTION = [
  { name: 'url', value: 'url', text: 'address of the portal (default: ICMPMON_URL, then that of the profile)' },
  {
    name: 'key-file',
    value: 'file',
    text: 'file that contains the API key (default: ICMPMON_API_KEY, then the profile)',
  },
  { name: 'ca', value: 'file', text: 'CA certificates (PEM) that signed the certificate of the server' },
  { name: 'profile', value: 'name', text: 'profile to use' },
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
  commands: [apply, plan, pull, targets],
  settings: SETTINGS,
  examples: ['icmpmon targets list', "icmpmon targets list --filter 'site=fra' --json"],
};
