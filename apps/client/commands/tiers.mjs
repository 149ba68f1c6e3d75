import { EXITS_OF_YES, json, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */

const tier = { name: 'tier', text: 'name of the tier' };

/** @type {Option[]} */
const POLICY = [
  {
    name: 'file',
    value: 'file',
    text: 'JSON file with the policy, as `tiers show --json` prints it; - is standard input',
  },
  { name: 'interval-ms', value: 'ms', min: 1, text: 'time between two probes' },
  { name: 'timeout-ms', value: 'ms', min: 1, text: 'time after which a probe is lost' },
  { name: 'agents', value: 'n', min: 1, text: 'agents per target' },
  { name: 'misses', value: 'n', min: 1, text: "misses in a row after which an agent's verdict is down" },
  { name: 'successes', value: 'n', min: 1, text: 'successes in a row after which it is up again' },
];

/** @type {Command} */
export const tiers = {
  name: 'tiers',
  purpose: 'Lists, shows, creates, changes and removes tiers.',
  commands: [
    { name: 'list', purpose: 'Lists the tiers.', options: [json], examples: ['icmpmon tiers list'] },
    {
      name: 'show',
      purpose: 'Shows a tier; with --json its policy in the form that create and set read.',
      arguments: [tier],
      options: [json],
      examples: ['icmpmon tiers show standard', 'icmpmon tiers show standard --json > policy.json'],
    },
    {
      name: 'create',
      purpose: 'Creates a tier.',
      details: ['Without --file, what no option sets is as in the tier standard.'],
      arguments: [tier],
      options: [...POLICY, json],
      examples: ['icmpmon tiers create slow --interval-ms 60000', 'icmpmon tiers create web --file policy.json'],
    },
    {
      name: 'set',
      purpose: 'Changes the policy of a tier; shows the consequences first.',
      details: ['With --file, the file replaces the whole policy; otherwise what no option sets stays.'],
      arguments: [tier],
      options: [...POLICY, yes, json],
      examples: ['icmpmon tiers set slow --interval-ms 30000', 'icmpmon tiers set slow --interval-ms 30000 --yes'],
      exits: EXITS_OF_YES,
    },
    {
      name: 'remove',
      purpose: 'Removes a tier; shows the consequences first.',
      arguments: [tier],
      options: [
        { name: 'successor', value: 'tier', text: 'tier that its targets move to; required if it has any' },
        yes,
        json,
      ],
      examples: [
        'icmpmon tiers remove slow --successor standard',
        'icmpmon tiers remove slow --successor standard --yes',
      ],
      exits: EXITS_OF_YES,
    },
    {
      name: 'changes',
      purpose: 'Lists who changed a tier, and when, newest first.',
      arguments: [tier],
      options: [json],
      examples: ['icmpmon tiers changes standard'],
    },
  ],
  examples: ['icmpmon tiers list'],
};
