import { EXIT_UNDECIDED, EXITS_OF_YES, json, jsonOf, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {import('../../../libs/platform/command-line/definition.mjs').Option} */
const file = {
  name: 'file',
  value: 'file',
  required: true,
  text: 'JSON file with members as in the API (docs/how-to/inventory-sources.md), also the credential; - is standard input',
};
const source = { name: 'source', text: 'name or id of the inventory source' };

/** @type {Command} */
export const sources = {
  name: 'sources',
  purpose: 'Lists, shows, defines, changes and runs inventory sources: NetBox, and lists of Prometheus.',
  commands: [
    { name: 'list', purpose: 'Lists the inventory sources.', options: [json], examples: ['icmpmon sources list'] },
    {
      name: 'show',
      purpose: 'Shows an inventory source and its last run.',
      arguments: [source],
      options: [json],
      examples: ['icmpmon sources show NetBox'],
    },
    {
      name: 'create',
      purpose: 'Defines an inventory source. It is not enabled unless the file states it: look at a dry run first.',
      options: [file, json],
      examples: ['icmpmon sources create --file netbox.json'],
    },
    {
      name: 'set',
      purpose: 'Changes the members of an inventory source that the file has; the others stay.',
      arguments: [source],
      options: [file, json],
      examples: ['icmpmon sources set NetBox --file change.json'],
    },
    {
      name: 'enable',
      purpose: 'Lets an inventory source run at its interval.',
      arguments: [source],
      options: [json],
      examples: ['icmpmon sources enable NetBox'],
    },
    {
      name: 'disable',
      purpose: 'Ends the runs of an inventory source at its interval; its targets stay.',
      arguments: [source],
      options: [json],
      examples: ['icmpmon sources disable NetBox'],
    },
    {
      name: 'remove',
      purpose: 'Removes an inventory source; its targets stay, and no longer belong to a source.',
      arguments: [source],
      options: [yes, jsonOf('the source as it was')],
      examples: ['icmpmon sources remove NetBox --yes'],
      exits: EXITS_OF_YES,
    },
    {
      name: 'run',
      purpose: 'Runs an inventory source now, and waits for the end.',
      details: ['`icmpmon jobs lines` shows the result of each line.'],
      arguments: [source],
      options: [
        { name: 'dry-run', text: 'shows what the run would do, and changes nothing' },
        {
          name: 'confirmed-left',
          value: 'n',
          min: 1,
          max: 200_000,
          text: 'up to this number of targets that left the list are paused or removed',
        },
        json,
      ],
      examples: ['icmpmon sources run NetBox --dry-run', 'icmpmon sources run NetBox --confirmed-left 9988'],
      exits: { [EXIT_UNDECIDED]: 'targets left the list, and a confirmation is needed' },
    },
  ],
  examples: ['icmpmon sources list'],
};
