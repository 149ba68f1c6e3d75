import { EXIT_UNDECIDED, json } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

const FORMATS = ['csv', 'ndjson'];

/** @type {Command} */
export const importTargets = {
  name: 'import',
  purpose: 'Registers and changes targets from a CSV or NDJSON file, and prints progress and refused lines.',
  details: [
    'The job runs on the server: Ctrl-C ends only this command, and the job appears in the portal. docs/how-to/import-and-export.md has the ' +
      'columns. The same file again changes nothing.',
  ],
  arguments: [{ name: 'file', text: 'the file, in UTF-8; - is standard input' }],
  options: [
    { name: 'dry-run', text: 'prints what the import would do, and changes nothing' },
    { name: 'create-only', text: 'refuses lines of targets that exist' },
    {
      name: 'format',
      value: 'format',
      choices: FORMATS,
      text: 'format of the file (default: ndjson for a name that ends with .ndjson or .jsonl, otherwise csv)',
    },
    json,
  ],
  examples: ['icmpmon import targets.csv --dry-run', 'icmpmon import targets.csv'],
  exits: {
    0: 'every line took effect, or would; or its target already is as the line asks',
    1: 'the file was refused as a whole, or the job failed or was cancelled; the reason is printed',
    [EXIT_UNDECIDED]: 'some lines were refused; they are printed with their reasons',
  },
};

/** @type {Command} */
export const exportTargets = {
  name: 'export',
  purpose: 'Writes targets as CSV or NDJSON, in the form that import reads, to standard output.',
  options: [
    {
      name: 'filter',
      value: 'filter',
      text: 'only targets of this filter (docs/filter-language.md), without status and agents',
    },
    { name: 'format', value: 'format', choices: FORMATS, default: 'csv', text: 'format of the file' },
  ],
  examples: ['icmpmon export > targets.csv', "icmpmon export --filter 'site=fra' --format ndjson > fra.ndjson"],
};
