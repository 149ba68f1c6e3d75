import { EXIT_UNDECIDED, json, PAGE_OPTIONS, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */

/** @type {Option} */
const filter = {
  name: 'filter',
  value: 'filter',
  required: true,
  text: 'the targets (docs/filter-language.md); all: \'vrf ~ "*"\'',
};
const FOLLOWED =
  'Shows first what would change. With --yes it starts a job and follows it to its end. The job runs on the server: Ctrl-C ends only this ' +
  'command.';
const exits = {
  1: 'failed, or the job failed, was cancelled or could not change some targets; the reason is printed',
  [EXIT_UNDECIDED]: 'nothing was changed, because --yes was not given',
};

/** @type {Command} */
export const bulkSet = {
  name: 'bulk-set',
  purpose: 'Changes all targets of a filter.',
  details: [FOLLOWED],
  options: [
    filter,
    { name: 'tier', value: 'tier', text: 'tier' },
    { name: 'tags', value: 'tags', text: 'tags to add or change, such as "site=fra rack=7"' },
    { name: 'remove-tags', value: 'keys', text: 'keys of tags to remove, such as "site rack"' },
    { name: 'owner', value: 'owner', text: 'owner; an empty value removes it' },
    { name: 'paused', value: 'answer', choices: ['yes', 'no'], text: 'pauses or resumes them' },
    yes,
    json,
  ],
  examples: [
    "icmpmon targets bulk-set --filter 'site=fra' --tier fast",
    "icmpmon targets bulk-set --filter 'ip IN 192.0.2.0/24' --paused yes --yes",
  ],
  exits,
};

/** @type {Command} */
export const bulkRemove = {
  name: 'bulk-remove',
  purpose: 'Removes all targets of a filter.',
  details: [FOLLOWED],
  options: [filter, yes, json],
  examples: [
    "icmpmon targets bulk-remove --filter 'site=old'",
    "icmpmon targets bulk-remove --filter 'site=old' --yes",
  ],
  exits,
};

/** Equal to the outcomes of the contract; a test compares them. */
const OUTCOMES = ['waiting', 'created', 'changed', 'unchanged', 'refused'];
const job = { name: 'job', text: 'id of the job' };

/** @type {Command} */
export const jobs = {
  name: 'jobs',
  purpose: 'Lists, follows and cancels jobs: imports and changes of many targets.',
  commands: [
    { name: 'list', purpose: 'Lists unfinished and recent jobs.', options: [json], examples: ['icmpmon jobs list'] },
    {
      name: 'follow',
      purpose: 'Prints the progress of a job to its end, then its result.',
      arguments: [job],
      options: [json],
      examples: ['icmpmon jobs follow 01936d2e-7c1a-7b3e-9a51-0242ac120002'],
      exits: { 1: exits[1], [EXIT_UNDECIDED]: 'some lines of an import were refused; they are printed' },
    },
    {
      name: 'lines',
      purpose: 'Lists the results of the lines of an import.',
      arguments: [job],
      options: [
        { name: 'outcome', value: 'outcome', choices: OUTCOMES, text: 'only these lines' },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon jobs lines 01936d2e-7c1a-7b3e-9a51-0242ac120002 --outcome refused --all'],
    },
    {
      name: 'cancel',
      purpose: 'Cancels a job; targets that it has changed stay changed.',
      arguments: [job],
      options: [json],
      examples: ['icmpmon jobs cancel 01936d2e-7c1a-7b3e-9a51-0242ac120002'],
    },
  ],
  examples: ['icmpmon jobs list'],
};
