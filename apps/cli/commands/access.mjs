/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** The same as those of the contract: a test compares. */
const ROLES = ['viewer', 'operator', 'engineer', 'admin'];

const user = { name: 'user', text: 'name of the user' };

/** @type {Command} */
export const users = {
  name: 'users',
  purpose: 'Accounts: lists them, sets a password, ends logins.',
  commands: [
    { name: 'list', purpose: 'Lists the accounts.', examples: ['npm run icmpmon -- users list'] },
    {
      name: 'reset-password',
      purpose: 'Gives the user a new password, which it prints, and ends all logins of the user.',
      arguments: [user],
      examples: ['npm run icmpmon -- users reset-password admin'],
    },
    {
      name: 'end-logins',
      purpose: 'Ends all logins of the user.',
      arguments: [user],
      examples: ['npm run icmpmon -- users end-logins admin'],
    },
  ],
  examples: ['npm run icmpmon -- users list'],
};

/** @type {Command} */
export const apiKeys = {
  name: 'api-keys',
  purpose: 'API keys: lists, makes and revokes them.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists the API keys, revoked ones last; never the keys themselves.',
      examples: ['npm run icmpmon -- api-keys list'],
    },
    {
      name: 'create',
      purpose: 'Makes an API key and prints it, once.',
      arguments: [{ name: 'name', text: 'what uses the key' }],
      options: [
        { name: 'role', value: 'role', choices: ROLES, required: true, text: 'what the key may do' },
        { name: 'days', value: 'n', min: 1, max: 3_650, text: 'how long it is valid', default: 'for ever' },
      ],
      examples: ['npm run icmpmon -- api-keys create "graphs" --role viewer --days 90'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes an API key: it stops working within 5 s.',
      arguments: [{ name: 'id', text: 'its id, as listed' }],
      examples: ['npm run icmpmon -- api-keys revoke 0123456789ab'],
    },
  ],
  examples: ['npm run icmpmon -- api-keys list'],
};
