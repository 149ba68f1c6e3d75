import { EXITS_OF_YES, json, jsonOf, reason, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

const agent = { name: 'agent', text: 'name or id of the agent' };

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
  arguments: [agent],
  options: [
    reason,
    yes,
    json,
    ...(name === 'retire'
      ? [{ name: 'force', text: 'retires it immediately, without waiting for its targets and its spool' }]
      : []),
  ],
  examples: [`icmpmon agents ${name} fra-1`, `icmpmon agents ${name} fra-1 --yes --reason "moved"`],
  exits: EXITS_OF_YES,
});

/** @type {Command} */
const setCommand = {
  name: 'set',
  purpose: 'Changes name, region, provider, tags or capacity of an agent.',
  details: [
    "What is set here takes precedence over the agent's own settings, also after it enrols again. Its targets are assigned again.",
  ],
  arguments: [agent],
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
    json,
  ],
  examples: [
    'icmpmon agents set fra-1 --capacity 2000',
    'icmpmon agents set fra-1 --region eu-central --tags "site=fra rack=7"',
  ],
};

/** @type {Command} */
const drainAllCommand = {
  name: 'drain-all',
  purpose: 'Drains all agents, or those of a region, provider or with tags: some at a time, with progress.',
  details: [
    'It requests a job and follows it; interrupted, the job continues in the worker. The next agent is drained when one holds no targets. The job pauses while more targets than at its start are not placed as their tiers ask. Drained agents stay connected until they are retired, or their drain is cancelled.',
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
    reason,
    yes,
    jsonOf('the ended job'),
  ],
  examples: ['icmpmon agents drain-all --region eu-central --tags "site=fra" --at-once 2 --yes'],
  exits: { 1: 'failed, or no target moved; the reason is printed', ...EXITS_OF_YES },
};

/** @type {Command} */
export const agents = {
  name: 'agents',
  purpose: 'Lists and describes agents; drains, retires, evicts, bans them.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists all agents except retired ones, with their states.',
      options: [{ name: 'retired', text: 'lists the retired agents instead' }, json],
      examples: ['icmpmon agents list'],
    },
    {
      name: 'show',
      purpose: 'Shows an agent with its last report.',
      arguments: [agent],
      options: [json],
      examples: ['icmpmon agents show fra-1'],
    },
    setCommand,
    drainAllCommand,
    ...Object.entries(AGENT_EFFECTS).map(changeCommand),
  ],
  examples: ['icmpmon agents list'],
};
