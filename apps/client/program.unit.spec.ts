import { type Command, pathsOf, UsageError } from '@icmp-mon/platform/command-line';
import { expect, it } from 'vitest';
import { client } from './commands/index.mjs';
import { HelpAsked, helpText, parseArguments } from './program';
import { ACTIONS } from './run-client';

const all = pathsOf(client);
const wordsOf = (path: readonly Command[]): string[] => path.slice(1).map(({ name }) => name);
const leafOf = (path: readonly Command[]): Command => path[path.length - 1] as Command;

const faultOf = (...argv: string[]): string => {
  try {
    parseArguments(client, argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('The command line was accepted.');
};

it('every command has an action, and every action a command', () => {
  const commands = all
    .filter((path) => !leafOf(path).commands || leafOf(path).runs)
    .map((path) => wordsOf(path).join(' '));
  expect(Object.keys(ACTIONS).sort()).toEqual(commands.sort());
});

it.each(all.map((path) => [wordsOf(path).join(' '), path] as const))(
  '"icmpmon %s --help" asks for its help',
  (_, path) => {
    expect(() => parseArguments(client, [...wordsOf(path), '--help'])).toThrow(new HelpAsked(path));
    expect(helpText(path)).toMatch(/^icmpmon/);
    for (const line of helpText(path).split('\n')) expect(line).not.toContain('npm ');
  },
);

it('options of the connection may stand before and after the command', () => {
  for (const argv of [
    ['--url', 'https://a', 'targets', 'list', '--json'],
    ['targets', 'list', '--json', '--url=https://a'],
  ]) {
    const asked = parseArguments(client, argv);
    expect([asked.words, asked.text('url'), asked.flag('json'), asked.flag('all')]).toEqual([
      'targets list',
      'https://a',
      true,
      false,
    ]);
  }
});

it('a number is checked, and may be negative only where its definition allows', () => {
  expect(parseArguments(client, ['targets', 'list', '--limit', '500']).number('limit')).toBe(500);
  for (const text of ['0', '501', '1e2', '-1', 'x', '']) {
    expect(faultOf('targets', 'list', '--limit', text)).toContain('It must be a whole number from 1 to 500.');
  }
});

it.each([
  [['targets', 'lst'], /^Unknown command 'lst'\. .*Did you mean list\?.*\nHelp: icmpmon targets --help$/],
  [['target'], /Did you mean targets\?/],
  [['xyz'], /^Unknown command 'xyz'\. Commands: .*targets/],
  [['targets'], /^A command is missing\. Commands: list/],
  [[], /^A command is missing\. Commands: /],
  [
    ['targets', 'list', '--filtr', 'x'],
    /^Unknown option '--filtr'\. .*Did you mean --filter\?.*\nHelp: icmpmon targets list --help$/,
  ],
  [['targets', 'list', '--filter'], /argument missing/],
  [['targets', 'list', 'surplus'], /^Too many arguments/],
  [['targets', 'list', '--sort', 'size'], /Allowed choices are status, ip, name, tier, since\./],
])('%j is rejected with what is wrong', (argv, message) => {
  expect(faultOf(...argv)).toMatch(message);
});
