// The definition of every script of package.json, in the order of docs/commands.md. A script without a definition fails the tests.
import { icmpmon } from '../../apps/cli/commands/index.mjs';
import { generate } from '../../libs/platform/workspace/generators/command.mjs';
import * as developing from './developing.mjs';
import { lab } from './lab.mjs';
import * as measuring from './measuring.mjs';
import * as product from './product.mjs';

/** @typedef {import('../../libs/platform/command-line/definition.mjs').Command} Command */

const { start, stop, reset, build } = product;
const { test, verify, services } = developing;
const { bench, load, faults, simulate, measure, demo } = measuring;

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  ...{ start, stop, reset },
  icmpmon,
  ...{ test, verify, build, services, generate },
  ...{ bench, load, faults, simulate, measure, demo, lab },
};
