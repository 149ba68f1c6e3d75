import { changedScope, ROLES, scope, user } from '../../client/commands/access.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const users = {
  name: 'users',
  purpose: 'Lists, creates, disables and removes users, resets passwords and second factors, ends logins.',
  commands: [
    { name: 'list', purpose: 'Lists the accounts.', examples: ['npm run icmpmon -- users list'] },
    {
      name: 'create',
      purpose: 'Creates a user, and prints once the link with which the user sets a password within 72 hours.',
      arguments: [user],
      options: [
        { name: 'role', value: 'role', choices: ROLES, required: true, text: 'permissions of the user' },
        scope('user'),
      ],
      examples: [
        'npm run icmpmon -- users create ada --role operator',
        'npm run icmpmon -- users create acme --role viewer --scope customer=acme',
      ],
    },
    {
      name: 'scope',
      purpose: 'Limits a user to the targets of a filter, or removes the limit, also in existing logins.',
      arguments: [user],
      options: changedScope('user'),
      examples: [
        'npm run icmpmon -- users scope acme --filter "customer=acme AND vrf=blue"',
        'npm run icmpmon -- users scope acme --unlimited',
      ],
    },
    {
      name: 'disable',
      purpose: 'Keeps a user from logging in, and ends all logins of the user; not the last administrator.',
      arguments: [user],
      examples: ['npm run icmpmon -- users disable ada'],
    },
    {
      name: 'enable',
      purpose: 'Lets a disabled user log in again, with the same password and role.',
      arguments: [user],
      examples: ['npm run icmpmon -- users enable ada'],
    },
    {
      name: 'remove',
      purpose: 'Removes a user and ends all logins of the user; not the last administrator.',
      arguments: [user],
      examples: ['npm run icmpmon -- users remove ada'],
    },
    {
      name: 'reset-password',
      purpose: 'Sets a new random password, prints it, and ends all logins of the user.',
      arguments: [user],
      examples: ['npm run icmpmon -- users reset-password admin'],
    },
    {
      name: 'reset-second-factor',
      purpose: 'Removes the second factor of a user who lost it, and ends all logins of the user.',
      arguments: [user],
      examples: ['npm run icmpmon -- users reset-second-factor admin'],
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
  purpose: 'Lists, creates and revokes API keys.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists API keys, revoked ones last; never prints the keys themselves.',
      examples: ['npm run icmpmon -- api-keys list'],
    },
    {
      name: 'create',
      purpose: 'Creates an API key and prints it once.',
      arguments: [{ name: 'name', text: 'name of the program that uses the key' }],
      options: [
        { name: 'role', value: 'role', choices: ROLES, required: true, text: 'permissions of the key' },
        { name: 'days', value: 'n', min: 1, max: 3_650, text: 'days until it expires', default: 'never' },
        scope('key'),
      ],
      examples: ['npm run icmpmon -- api-keys create "graphs" --role viewer --days 90'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes an API key: it stops working within 5 s.',
      arguments: [{ name: 'id', text: 'id of the key, from the list' }],
      examples: ['npm run icmpmon -- api-keys revoke 0123456789ab'],
    },
  ],
  examples: ['npm run icmpmon -- api-keys list'],
};
