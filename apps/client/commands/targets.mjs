import { json, PAGE_OPTIONS } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** Equal to the statuses and sort keys of the contracts; a test compares them. */
const SORTS = ['status', 'ip', 'name', 'tier', 'since'];

/** @type {Command} */
export const targets = {
  name: 'targets',
  purpose: 'Lists and shows targets.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists targets with status, the worst first.',
      options: [
        { name: 'filter', value: 'filter', text: 'only targets of this filter (docs/filter-language.md)' },
        { name: 'search', value: 'text', text: 'only targets whose address, name or tags contain these words' },
        { name: 'status', value: 'statuses', text: 'only these statuses, such as down,degraded' },
        { name: 'tier', value: 'tier', text: 'only targets of this tier' },
        { name: 'vrf', value: 'vrf', text: 'only targets of this VRF' },
        { name: 'sort', value: 'column', choices: SORTS, default: 'status', text: 'order of the list' },
        { name: 'order', value: 'order', choices: ['asc', 'desc'], default: 'asc', text: 'ascending or descending' },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ["icmpmon targets list --filter 'site=fra AND status=down'", 'icmpmon targets list --all --json'],
    },
  ],
  examples: ['icmpmon targets list'],
};
