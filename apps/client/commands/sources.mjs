import { json } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

const source = { name: 'source', text: 'name or id of the inventory source' };

/** @type {Command} */
export const sources = {
  name: 'sources',
  purpose: 'Lists, shows and runs inventory sources: NetBox, and lists of Prometheus.',
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
      name: 'run',
      purpose: 'Runs an inventory source now, and waits for the end.',
      details: ['`icmpmon jobs` shows the result of each line.'],
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
      exits: { 3: 'targets left the list, and a confirmation is needed' },
    },
  ],
  examples: ['icmpmon sources list'],
};
