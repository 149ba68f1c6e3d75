/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** What each change of an agent does; a test compares the names with those of the contract. */
export const AGENT_EFFECTS = {
  drain: 'Gives its targets to other agents; it stays.',
  'cancel-drain': 'Makes a draining agent active again.',
  retire: 'Drains it, and removes it once it holds no targets; its name is free then.',
  evict: 'Ends its credentials; it may join again with a token that names it.',
  ban: 'Ends its credentials; no token lets it in until it is unbanned.',
  unban: 'Lets a banned agent join again with a token that names it.',
};

/**
 * @param {[name: string, effect: string]} change
 * @returns {Command}
 */
const changeCommand = ([name, purpose]) => ({
  name,
  purpose,
  arguments: [{ name: 'agent', text: 'its name or id' }],
  options: [
    { name: 'reason', value: 'text', text: 'why, for the audit' },
    { name: 'yes', text: 'does it; otherwise it is only shown' },
    ...(name === 'retire' ? [{ name: 'force', text: 'at once, without waiting for its targets and its spool' }] : []),
  ],
  examples: [
    `npm run icmpmon -- agents ${name} fra-1`,
    `npm run icmpmon -- agents ${name} fra-1 --yes --reason "moved"`,
  ],
  exits: { 1: 'failed, or --yes was not given; the reason is printed' },
});

/** @type {Command} */
export const agents = {
  name: 'agents',
  purpose: 'Vantage points: lists them, drains, retires, evicts, bans.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists all agents but the retired ones, with their state.',
      options: [{ name: 'retired', text: 'lists the retired ones' }],
      examples: ['npm run icmpmon -- agents list'],
    },
    ...Object.entries(AGENT_EFFECTS).map(changeCommand),
  ],
  examples: ['npm run icmpmon -- agents list'],
};

/** @type {Command} */
export const tokens = {
  name: 'tokens',
  purpose: 'Enrolment tokens: lists and revokes them.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists who made each token and what is left of it; never the secrets.',
      examples: ['npm run icmpmon -- tokens list'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes a token: it lets no agent in any more; agents that joined with it stay.',
      arguments: [{ name: 'id', text: 'id of the token' }],
      examples: ['npm run icmpmon -- tokens revoke 0123456789ab'],
    },
  ],
  examples: ['npm run icmpmon -- tokens list'],
};
