/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Something was found that an operator has to decide. */
export const EXIT_FOUND = 3;

const yes = { name: 'yes', text: 'does it; otherwise it is only shown' };
const json = { name: 'json', text: 'prints JSON' };

/** @type {Command} */
export const rebuild = {
  name: 'rebuild',
  purpose: 'Rebuilds read models beside the live ones while writes continue, and compares them by checksum.',
  arguments: [{ name: 'model', text: 'read models that --list shows, or all', optional: true, many: true }],
  options: [
    { name: 'list', text: 'shows what can be rebuilt, from what, and what cannot' },
    { name: 'replace', text: 'puts the rebuilt rows in the place of live ones that differ' },
    { name: 'json', text: 'prints one line of JSON for each read model' },
  ],
  examples: [
    'npm run icmpmon -- rebuild --list',
    'npm run icmpmon -- rebuild all',
    'npm run icmpmon -- rebuild target_list --replace',
  ],
  exits: { 0: 'all are equal, or replaced', [EXIT_FOUND]: 'a read model differs and was not replaced' },
};

/** @type {Command} */
export const shards = {
  name: 'shards',
  purpose: 'Lists the shards with owner, position, bounds of the log and lag.',
  runs: true,
  options: [json],
  commands: [
    {
      name: 'adopt',
      purpose: 'Continues from what the logs hold now, where a stored position is outside of them.',
      details: ['For a topic that was made again, a log that was cut, an old backup: docs/runbooks/positions.md.'],
      options: [
        { name: 'shard', value: 'number', min: 0, text: 'only this shard, and no consumer groups' },
        { name: 'new-log', text: 'the log is another one even though the position lies within it' },
        { name: 'fresh', text: 'with --shard: does without its checkpoint, one that cannot be read' },
        yes,
      ],
      examples: ['npm run icmpmon -- shards adopt', 'npm run icmpmon -- shards adopt --shard 3 --fresh --yes'],
      exits: { [EXIT_FOUND]: 'there is something to adopt, and --yes was not given' },
    },
  ],
  examples: ['npm run icmpmon -- shards', 'npm run icmpmon -- shards adopt'],
  exits: { [EXIT_FOUND]: 'a position is outside of its log' },
};

/** @type {Command} */
export const afterRestore = {
  name: 'after-restore',
  purpose: 'Prepares restored databases; the command restore calls it.',
  hidden: true,
};

/** @type {Command} */
export const deadLetters = {
  name: 'dead-letters',
  purpose: 'Messages that consumers set aside: lists them, or sends them back.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists those that were not sent back, with their cause, at most 200.',
      arguments: [{ name: 'topic', text: 'the topic they were meant for (default: all)', optional: true }],
      options: [json],
      examples: ['npm run icmpmon -- dead-letters list'],
    },
    {
      name: 'replay',
      purpose:
        'Sends all of a topic back to the consumers that set them aside; what fails again comes back as a new one.',
      arguments: [{ name: 'topic', text: 'the topic they were meant for' }],
      options: [
        { name: 'partition', value: 'number', min: 0, text: 'with --offset: partition of the .dlq', default: 0 },
        { name: 'offset', value: 'number', min: 0, text: 'only this one' },
        yes,
      ],
      examples: ['npm run icmpmon -- dead-letters replay internal.agent-telemetry --offset 12 --yes'],
      exits: { 1: 'failed, or --yes was not given; the reason is printed' },
    },
  ],
  examples: ['npm run icmpmon -- dead-letters list'],
};

/** @type {Command} */
export const results = {
  name: 'results',
  purpose: 'Single results: drops old ones.',
  commands: [
    {
      name: 'drop',
      purpose:
        'Gives the space of old results back now, whole days of which hourly figures are made; those figures stay.',
      options: [{ name: 'older-than', value: 'days', min: 2, max: 9_999, required: true, text: 'days to keep' }],
      examples: ['npm run icmpmon -- results drop --older-than 14'],
    },
  ],
  examples: ['npm run icmpmon -- results drop --older-than 14'],
};
