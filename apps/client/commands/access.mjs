import { EXITS_OF_YES, json, jsonOf, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Equal to the roles of the contract; a test compares them. */
export const ROLES = ['viewer', 'operator', 'engineer', 'admin'];
export const user = { name: 'user', text: 'name of the user' };
const keyId = { name: 'id', text: 'id of the key, from the list' };
const DAY_S = 86_400;

/**
 * Filter of the only targets that a user or key sees.
 * @param {string} who
 */
export const scope = (who) => ({
  name: 'scope',
  value: 'filter',
  text: `the only targets that the ${who} sees (docs/filter-language.md)`,
  default: 'all targets',
});

/**
 * Options of a changed scope: exactly one of them. Without the second one, a forgotten filter would remove the limit.
 * @param {string} who
 */
export const changedScope = (who) => [
  { name: 'filter', value: 'filter', text: `the only targets that the ${who} sees (docs/filter-language.md)` },
  { name: 'unlimited', text: `the ${who} sees all targets` },
];

const changedUser = jsonOf('the changed user');
const changedKey = jsonOf('the changed key, without its secret,');

/**
 * @param {string} name
 * @param {string} purpose
 * @returns {Command}
 */
const confirmed = (name, purpose) => ({
  name,
  purpose,
  arguments: [user],
  options: [yes, name === 'remove' ? jsonOf('the user as it was') : changedUser],
  examples: [`icmpmon users ${name} ada --yes`],
  exits: EXITS_OF_YES,
});

/** @type {Command} */
export const users = {
  name: 'users',
  purpose: 'Lists, creates, changes, disables and removes users.',
  commands: [
    { name: 'list', purpose: 'Lists the users.', options: [json], examples: ['icmpmon users list'] },
    {
      name: 'create',
      purpose: 'Creates a user, and prints once the link with which the user sets a password within 72 hours.',
      arguments: [user],
      options: [
        { name: 'role', value: 'role', choices: ROLES, required: true, text: 'permissions of the user' },
        scope('user'),
        json,
      ],
      examples: [
        'icmpmon users create ada --role operator',
        'icmpmon users create acme --role viewer --scope customer=acme',
      ],
    },
    {
      name: 'set-role',
      purpose: 'Changes the role of a user, also for existing logins; not of the last administrator.',
      arguments: [user, { name: 'role', text: 'new role', choices: ROLES }],
      options: [changedUser],
      examples: ['icmpmon users set-role ada engineer'],
    },
    {
      name: 'scope',
      purpose: 'Limits a user to the targets of a filter, or removes the limit, also in existing logins.',
      arguments: [user],
      options: [...changedScope('user'), changedUser],
      examples: [
        'icmpmon users scope acme --filter "customer=acme AND vrf=blue"',
        'icmpmon users scope acme --unlimited',
      ],
    },
    {
      name: 'password-link',
      purpose: 'Prints once a link with which the user sets a new password.',
      arguments: [user],
      options: [json],
      examples: ['icmpmon users password-link ada'],
    },
    {
      name: 'enable',
      purpose: 'Lets a disabled user log in again, with the same password and role.',
      arguments: [user],
      options: [changedUser],
      examples: ['icmpmon users enable ada'],
    },
    confirmed('disable', 'Keeps a user from logging in, and ends all logins of the user; not the last administrator.'),
    confirmed('end-logins', 'Ends all logins of the user.'),
    confirmed('remove', 'Removes a user and ends all logins of the user; not the last administrator.'),
  ],
  examples: ['icmpmon users list'],
};

/** @type {Command} */
export const apiKeys = {
  name: 'api-keys',
  purpose: 'Lists, creates, limits and revokes API keys.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists API keys, revoked ones last; never prints the keys themselves.',
      options: [json],
      examples: ['icmpmon api-keys list'],
    },
    {
      name: 'create',
      purpose: 'Creates an API key and prints it once.',
      arguments: [{ name: 'name', text: 'name of the program that uses the key' }],
      options: [
        { name: 'role', value: 'role', choices: ROLES, required: true, text: 'permissions of the key' },
        { name: 'permissions', value: 'list', text: 'only these permissions of the role, separated by commas' },
        { name: 'days', value: 'n', min: 1, max: 3_650, text: 'days until it expires', default: 'never' },
        scope('key'),
        json,
      ],
      examples: ['icmpmon api-keys create "graphs" --role viewer --days 90'],
    },
    {
      name: 'scope',
      purpose: 'Limits an API key to the targets of a filter, or removes the limit.',
      arguments: [keyId],
      options: [...changedScope('key'), changedKey],
      examples: ['icmpmon api-keys scope 0123456789ab --filter customer=acme'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes an API key: it stops working within 5 s.',
      arguments: [keyId],
      options: [yes, changedKey],
      examples: ['icmpmon api-keys revoke 0123456789ab --yes'],
      exits: EXITS_OF_YES,
    },
  ],
  examples: ['icmpmon api-keys list'],
};

/** @type {Command} */
export const tokens = {
  name: 'tokens',
  purpose: 'Lists, creates and revokes enrolment tokens.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists the tokens with creator and remaining uses; never prints the secrets.',
      options: [json],
      examples: ['icmpmon tokens list'],
    },
    {
      name: 'create',
      purpose: 'Creates a token with which machines become agents, and prints it once.',
      options: [
        {
          name: 'agent',
          value: 'name',
          text: 'only for the agent of this name, also for the machine that replaces it',
        },
        { name: 'region', value: 'region', text: 'only for agents of this region' },
        { name: 'provider', value: 'provider', text: 'only for agents of this provider' },
        { name: 'tags', value: 'tags', text: 'tags that the agents get, such as "site=fra"' },
        { name: 'capacity', value: 'pps', min: 1, text: 'maximum packets per second that may be assigned to each' },
        { name: 'uses', value: 'n', min: 1, max: 1_000, default: 1, text: 'number of uses' },
        { name: 'valid-for', value: 's', min: 1, max: DAY_S, default: 3_600, text: 'seconds until it expires' },
        json,
      ],
      examples: ['icmpmon tokens create --region eu-central --tags "site=fra" --uses 20'],
    },
    {
      name: 'revoke',
      purpose: 'Revokes a token: it no longer admits agents; agents that joined with it stay.',
      arguments: [{ name: 'id', text: 'id of the token' }],
      options: [jsonOf('the revoked token, without its secret,')],
      examples: ['icmpmon tokens revoke 0123456789ab'],
    },
  ],
  examples: ['icmpmon tokens list'],
};
