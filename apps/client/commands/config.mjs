import { EXIT_UNDECIDED, jsonOf, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */

const FILES = { name: 'files', text: 'YAML files, and folders with *.yaml and *.yml', many: true };

/** @type {Option[]} */
const WHAT = [
  {
    name: 'delete',
    text: 'deletes targets of the scope that are not in the files; needs --max-deletions',
  },
  {
    name: 'max-deletions',
    value: 'n',
    min: 0,
    max: 250_000,
    text: 'with --delete: refuses a plan with more deletions',
  },
  { name: 'adopt', text: 'changes targets that exist outside the scope, so that they get into it' },
];

/** @type {Option} */
const SHOW = {
  name: 'show',
  value: 'n',
  min: 0,
  max: 250_000,
  default: 20,
  text: 'changes to print of each kind and action',
};

const FORMAT = 'The files have the format of docs/how-to/config-as-code.md.';

/** @type {Command} */
export const plan = {
  name: 'plan',
  purpose: 'Compares configuration files with the server, prints what apply would change, and changes nothing.',
  details: [FORMAT],
  arguments: [FILES],
  options: [
    ...WHAT,
    SHOW,
    { name: 'out', value: 'file', text: 'writes the plan to this file, for apply --plan' },
    { name: 'json', text: 'prints the plan as JSON' },
  ],
  examples: ['icmpmon plan monitoring/', 'icmpmon plan monitoring/ --delete --max-deletions 10 --out plan.json'],
  exits: {
    0: 'the server is as the files state',
    1: 'the files have faults, or the plan was refused; the reason is printed',
    [EXIT_UNDECIDED]: 'there are changes to apply',
  },
};

/** @type {Command} */
export const apply = {
  name: 'apply',
  purpose: 'Changes the server so that it is as configuration files state.',
  details: [
    FORMAT + ' Prints the plan, and asks before it changes anything.',
    'An object that others have changed since the plan is not changed, but printed. The command can be repeated at any time: what is ' +
      'already as stated is not changed again.',
  ],
  arguments: [{ ...FILES, optional: true }],
  options: [
    ...WHAT,
    SHOW,
    { name: 'plan', value: 'file', text: 'applies a plan of icmpmon plan --out instead of files' },
    yes,
    jsonOf('the number of changes, and the changes that were not made with their reasons,'),
  ],
  examples: ['icmpmon apply monitoring/', 'icmpmon apply --plan plan.json --yes'],
  exits: {
    0: 'the server is as the files state',
    1: 'nothing was changed, or the command ended early; the reason is printed',
    [EXIT_UNDECIDED]:
      'nothing was changed, because --yes was not given; or some changes were not made, and are printed with their reasons',
  },
};

/** @type {Command} */
export const pull = {
  name: 'pull',
  purpose: 'Writes tiers, targets and maintenance windows of the server as a configuration file to standard output.',
  details: [FORMAT + ' A plan of the file has no changes.'],
  options: [
    {
      name: 'scope',
      value: 'filter',
      text: 'only targets of this filter (docs/filter-language.md), which becomes the scope of the file',
    },
    { name: 'targets-only', text: 'writes no tiers and no windows' },
  ],
  examples: ['icmpmon pull > all.yaml', "icmpmon pull --scope 'source=git' --targets-only > git.yaml"],
};
