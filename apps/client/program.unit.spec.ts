import { join } from 'node:path';
import { ROLES } from '@icmp-mon/identity/contract';
import { callOf, type Command, helpOf, pathsOf, UsageError } from '@icmp-mon/platform/command-line';
import { RESOLUTIONS } from '@icmp-mon/probing/contract';
import { STATUS_VIEWS } from '@icmp-mon/status/contract';
import { IMPORT_FORMATS, IMPORT_OUTCOMES, TARGET_SORTS } from '@icmp-mon/targets/contract';
import { expect, it } from 'vitest';
import { client } from './commands/index.mjs';
import { HelpAsked, parseArguments } from './program';
import { ACTIONS } from './run-client';

const all = [
  ...pathsOf(client),
  ...(client.commands ?? []).filter(({ hidden }) => hidden).map((each) => [client, each]),
];
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
    expect(helpOf(path)).toMatch(/^icmpmon/);
    for (const line of helpOf(path).split('\n')) expect(line).not.toContain('npm ');
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

it('a number is checked', () => {
  expect(parseArguments(client, ['targets', 'list', '--limit', '500']).number('limit')).toBe(500);
  for (const text of ['0', '501', '1e2', '-1', 'x', '']) {
    expect(faultOf('targets', 'list', '--limit', text)).toContain('It must be a whole number from 1 to 500.');
  }
});

it.each([
  [['targets', 'lst'], /^Unknown command 'lst'\. .*Did you mean list\?.*\nHelp: icmpmon targets --help$/],
  [['target'], /Did you mean targets\?/],
  [['xyz'], /^Unknown command 'xyz'\. Commands: .*targets, .*whoami, completion\.\n/],
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

it('the choices in the definitions equal those of the contracts', () => {
  const choicesOf = (words: string, name: string): readonly string[] | undefined => {
    const found = all.find((path) => wordsOf(path).join(' ') === words) ?? [];
    const named = [...(leafOf(found).options ?? []), ...(leafOf(found).arguments ?? [])];
    return named.find((each) => each.name === name)?.choices;
  };
  for (const words of ['users create', 'users set-role', 'api-keys create'])
    expect(choicesOf(words, 'role')).toEqual(ROLES);
  expect(choicesOf('targets list', 'sort')).toEqual(TARGET_SORTS);
  expect(choicesOf('targets history', 'resolution')).toEqual(['auto', ...RESOLUTIONS]);
  expect(choicesOf('targets statuses', 'view')).toEqual(STATUS_VIEWS);
  expect(choicesOf('jobs lines', 'outcome')).toEqual(IMPORT_OUTCOMES);
  for (const words of ['import', 'export']) expect(choicesOf(words, 'format')).toEqual(IMPORT_FORMATS);
});

/** Updated by: npx vitest run --project unit apps/client -u */
it('docs/icmpmon.md contains the help of every command', async () => {
  const parts = pathsOf(client).map(
    (path) => `${'#'.repeat(path.length + 1)} ${callOf(path)}\n\n\`\`\`text\n${helpOf(path)}\n\`\`\``,
  );
  const intro =
    '# icmpmon\n\nThe command line for any machine: [use it from a workstation](how-to/use-icmpmon.md). Each command prints this help with\n' +
    '`--help`. Generated from the definitions in `apps/client/commands`.';
  await expect(`${[intro, ...parts].join('\n\n')}\n`).toMatchFileSnapshot(
    join(import.meta.dirname, '../../docs/icmpmon.md'),
  );
});
