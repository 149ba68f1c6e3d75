/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Effect of each change of an agent; a test compares the names with the contract. */
export const AGENT_EFFECTS = {
  drain: 'Moves its targets to other agents; the agent stays.',
  'cancel-drain': 'Makes a draining agent active again.',
  retire: 'Drains the agent, and removes it once it has no targets; its name can then be used again.',
  evict: 'Revokes its credentials; the agent may join again with a token that names it.',
  ban: 'Revokes its credentials; no token admits the agent until it is unbanned.',
  unban: 'Allows a banned agent to join again with a token that names it.',
};

/**
 * @param {[name: string, effect: string]} change
 * @returns {Command}
 */
const changeCommand = ([name, purpose]) => ({
  name,
  purpose,
  arguments: [{ name: 'agent', text: 'name or id of the agent' }],
  options: [
    { name: 'reason', value: 'text', text: 'reason for the audit log' },
    { name: 'yes', text: 'executes the change; without it the change is only shown' },
    ...(name === 'retire'
      ? [{ name: 'force', text: 'retires it immediately, without waiting for its targets and its spool' }]
      : []),
  ],
  examples: [
    `npm run icmpmon -- agents ${name} fra-1`,
    `npm run icmpmon -- agents ${name} fra-1 --yes --reason "moved"`,
  ],
  exits: { 1: 'failed, or --yes was not given; the reason is printed' },
});

/** @type {Command} */
const setCommand = {
  name: 'set',
  purpose: 'Changes name, region, provider, tags or capacity of an agent.',
  details: [
    "What is set here takes precedence over the agent's own settings, also after it enrols again. Its targets are assigned again.",
  ],
  arguments: [{ name: 'agent', text: 'name or id of the agent' }],
  options: [
    { name: 'name', value: 'name', text: 'new name' },
    { name: 'region', value: 'region', text: 'new region' },
    {
      name: 'provider',
      value: 'provider',
      text: "new provider; empty: that of the agent's own settings from its next start",
    },
    { name: 'tags', value: 'tags', text: 'tags to add or change, such as "site=fra rack=7"' },
    { name: 'remove-tags', value: 'keys', text: 'keys of tags to remove, such as "site rack"' },
    {
      name: 'capacity',
      value: 'pps',
      text: 'maximum packets per second that may be assigned to it; none: only its policy file limits it',
    },
  ],
  examples: [
    'npm run icmpmon -- agents set fra-1 --capacity 2000',
    'npm run icmpmon -- agents set fra-1 --region eu-central --tags "site=fra rack=7"',
  ],
};

/** @type {Command} */
const drainAllCommand = {
  name: 'drain-all',
  purpose: 'Drains all agents, or those of a region, provider or with tags: some at a time, with progress.',
  details: [
    'The next agent is drained when one holds no targets. Drained agents stay connected until they are retired, or their drain is cancelled. Interrupted, a repeated command continues.',
  ],
  options: [
    { name: 'region', value: 'region', text: 'only agents of this region' },
    { name: 'provider', value: 'provider', text: 'only agents of this provider' },
    { name: 'tags', value: 'tags', text: 'only agents with these tags, such as "site=fra"' },
    {
      name: 'at-once',
      value: 'number',
      min: 1,
      max: 100,
      default: 1,
      text: 'agents that drain at the same time, at most',
    },
    {
      name: 'wait',
      value: 's',
      min: 1,
      max: 86_400,
      default: 600,
      text: 'seconds without a moved target after which it stops',
    },
    { name: 'reason', value: 'text', text: 'reason for the audit log' },
    { name: 'yes', text: 'drains them; without it the agents are only shown' },
  ],
  examples: ['npm run icmpmon -- agents drain-all --region eu-central --tags "site=fra" --at-once 2 --yes'],
  exits: { 1: 'failed, no target moved, or --yes was not given; the reason is printed' },
};

/** @type {Command} */
export const agents = {
  name: 'agents',
  purpose: 'Lists and describes agents; drains, retires, evicts, bans them.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists all agents except retired ones, with their states.',
      options: [{ name: 'retired', text: 'lists the retired agents instead' }],
      examples: ['npm run icmpmon -- agents list'],
    },
    setCommand,
    drainAllCommand,
    ...Object.entries(AGENT_EFFECTS).map(changeCommand),
  ],
  examples: ['npm run icmpmon -- agents list'],
};

/** @type {Command} */
export const tokens = {
  name: 'tokens',
  purpose: 'Lists and revokes enrolment tokens.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists the tokens with creator and remaining uses; never prints the secrets.',
      examples: ['npm run icmpmon -- tokens list'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes a token: it no longer admits agents; agents that joined with it stay.',
      arguments: [{ name: 'id', text: 'id of the token' }],
      examples: ['npm run icmpmon -- tokens revoke 0123456789ab'],
    },
  ],
  examples: ['npm run icmpmon -- tokens list'],
};
