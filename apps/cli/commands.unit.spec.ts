import { ROLES } from '@icmp-mon/identity/contract';
import { type Command, pathsOf } from '@icmp-mon/platform/command-line';
import { expect, it } from 'vitest';
import { icmpmon, isRemote } from './commands/index.mjs';
import { ACTIONS, RUN_BY_INFRA } from './run-cli';

const all = [
  ...pathsOf(icmpmon),
  ...(icmpmon.commands ?? []).filter(({ hidden }) => hidden).map((each) => [icmpmon, each]),
];
const leafOf = (path: readonly Command[]): Command => path[path.length - 1] as Command;
const named = (words: string): Command => {
  const found = all.find((path) => wordsOf(path) === words);
  if (found === undefined) throw new Error(`There is no command ${words}.`);
  return leafOf(found);
};
const wordsOf = (path: readonly Command[]): string =>
  path
    .slice(1)
    .map(({ name }) => name)
    .join(' ');

it('every command has an action, and every action a command', () => {
  const own = all.filter((path) => !isRemote(path));
  const commands = own.filter((path) => !leafOf(path).commands || leafOf(path).runs).map(wordsOf);
  expect([...Object.keys(ACTIONS), ...RUN_BY_INFRA].sort()).toEqual(commands.sort());
});

it('the roles in the definitions equal those of the contract', () => {
  expect(named('api-keys create').options?.find(({ name }) => name === 'role')?.choices).toEqual(ROLES);
});
