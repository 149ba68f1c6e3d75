/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Exit code: the command found something that the operator must decide. */
export const EXIT_FOUND = 3;

const yes = { name: 'yes', text: 'executes the command; without it the effect is only shown' };
const json = { name: 'json', text: 'prints JSON' };

/** @type {Command} */
export const rebuild = {
  name: 'rebuild',
  purpose:
    'Rebuilds read models in shadow tables while writes continue, and compares them with the live ones by checksum.',
  arguments: [{ name: 'model', text: 'read model from --list, or all', optional: true, many: true }],
  options: [
    { name: 'list', text: 'lists the read models with their sources, and the tables that cannot be rebuilt' },
    { name: 'replace', text: 'replaces live rows that differ by the rebuilt ones' },
    { name: 'json', text: 'prints one line of JSON per read model' },
  ],
  examples: [
    'npm run icmpmon -- rebuild --list',
    'npm run icmpmon -- rebuild all',
    'npm run icmpmon -- rebuild target_list --replace',
  ],
  exits: { 0: 'all read models are equal or were replaced', [EXIT_FOUND]: 'a read model differs and was not replaced' },
};

/** @type {Command} */
export const shards = {
  name: 'shards',
  purpose: 'Lists the shards with owner, stored position, log bounds and lag.',
  runs: true,
  options: [json],
  commands: [
    {
      name: 'adopt',
      purpose: 'Continues from what the log contains, where it does not contain the stored position.',
      details: ['For a recreated topic, a truncated log or an old backup: docs/runbooks/positions.md.'],
      options: [
        { name: 'shard', value: 'number', min: 0, text: 'adopts only this shard, and no consumer groups' },
        { name: 'new-log', text: 'treats the log as a new one, although it contains the position' },
        { name: 'fresh', text: 'with --shard: ignores the checkpoint, because it cannot be read' },
        yes,
      ],
      examples: ['npm run icmpmon -- shards adopt', 'npm run icmpmon -- shards adopt --shard 3 --fresh --yes'],
      exits: { [EXIT_FOUND]: 'there is something to adopt, and --yes was not given' },
    },
  ],
  examples: ['npm run icmpmon -- shards', 'npm run icmpmon -- shards adopt'],
  exits: { [EXIT_FOUND]: 'a log does not contain a stored position' },
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
  purpose: 'Lists dead letters (messages that a consumer could not process), or replays them.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists up to 200 dead letters that were not replayed, with their causes.',
      arguments: [{ name: 'topic', text: 'their original topic (default: all)', optional: true }],
      options: [json],
      examples: ['npm run icmpmon -- dead-letters list'],
    },
    {
      name: 'replay',
      purpose:
        'Replays the dead letters of a topic to their consumers; a message that fails again becomes a new dead letter.',
      arguments: [{ name: 'topic', text: 'their original topic' }],
      options: [
        { name: 'partition', value: 'number', min: 0, text: 'with --offset: partition of the .dlq', default: 0 },
        { name: 'offset', value: 'number', min: 0, text: 'replays only the dead letter at this offset' },
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
  purpose: 'Drops old single results.',
  commands: [
    {
      name: 'drop',
      purpose:
        'Drops whole days of old results to free disk space; only days that are rolled up to hours, which are kept.',
      options: [
        { name: 'older-than', value: 'days', min: 2, max: 9_999, required: true, text: 'number of days to keep' },
      ],
      examples: ['npm run icmpmon -- results drop --older-than 14'],
    },
  ],
  examples: ['npm run icmpmon -- results drop --older-than 14'],
};
