// Every script of package.json, and what it is. A script without a definition fails the tests.
import { icmpmon } from '../../apps/cli/commands/index.mjs';
import { generate } from '../../libs/platform/workspace/generators/command.mjs';
import * as developing from './developing.mjs';
import * as measuring from './measuring.mjs';
import * as product from './product.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

const { printBlock, ...developer } = developing;

/** Sub-commands of `npm run icmpmon` that are scripts as well. */
const upkeep = ['backup', 'restore', 'rebuild'].map((name) => {
  const command = icmpmon.commands?.find((each) => each.name === name);
  if (!command) throw new Error(`npm run icmpmon has no command ${name}.`);
  return [name, command];
});

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  ...product,
  icmpmon,
  ...Object.fromEntries(upkeep),
  ...measuring,
  ...developer,
  'print-block': printBlock,
  generate,
};
