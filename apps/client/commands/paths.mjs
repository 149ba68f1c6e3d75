import { json, jsonOf, PAGE_OPTIONS, target, vrf } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */

/** @type {Command} */
export const path = {
  name: 'path',
  purpose: 'Shows the paths of all agents to a target as one table, and where they break.',
  details: [
    'Of each agent the newest trace at that time, at most 3 days older. `HOPS` is the distance from the target. `OWN LOSS` are probes that a ' +
      'hop did not answer, which may be a limit of its answers; `PATH LOSS` is loss of the packets that it forwards.',
  ],
  arguments: [target],
  options: [
    vrf,
    { name: 'at', value: 'time', text: 'time: 2026-11-30T07:40:00Z, a date, or now-6h', default: 'now' },
    json,
  ],
  examples: ['icmpmon path 192.0.2.1', 'icmpmon path 192.0.2.1 --at now-6h'],
};

/** @type {Command} */
export const traces = {
  name: 'traces',
  purpose: 'Lists and shows traces of paths that agents made.',
  commands: [
    {
      name: 'list',
      purpose: 'Lists the traces of a target, newest first; kept for 30 days.',
      arguments: [target],
      options: [
        vrf,
        { name: 'agent', value: 'id', text: 'only of the agent with this id' },
        { name: 'from', value: 'time', text: 'from this time on, such as now-6h' },
        { name: 'to', value: 'time', text: 'before this time' },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon traces list 192.0.2.1 --from now-1d'],
    },
    {
      name: 'show',
      purpose: 'Prints a trace as the table that mtr prints.',
      arguments: [{ name: 'id', text: 'id of the trace' }],
      options: [json],
      examples: ['icmpmon traces show 01936d2e-7c1a-7b3e-9a51-0242ac120010'],
    },
    {
      name: 'changes',
      purpose: 'Lists lasting changes of the paths to a target, newest first; kept for 13 months.',
      arguments: [target],
      options: [
        vrf,
        { name: 'from', value: 'time', text: 'from this time on, such as now-7d' },
        { name: 'to', value: 'time', text: 'before this time' },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon traces changes 192.0.2.1 --from now-30d'],
    },
  ],
  examples: ['icmpmon traces list 192.0.2.1'],
};

/** @type {Command} */
export const asNumbers = {
  name: 'as-numbers',
  purpose: 'Imports the AS numbers that paths show.',
  commands: [
    {
      name: 'import',
      purpose: 'Replaces the AS numbers by those of a file, all together.',
      details: [
        'Each line has a prefix, an AS number and a name, or it is a line of ip2asn of iptoasn.com. A file with a faulty line changes nothing. ' +
          'A file whose name ends with .gz is decompressed.',
      ],
      arguments: [{ name: 'file', text: 'the file, in UTF-8; - is standard input' }],
      options: [json],
      examples: ['icmpmon as-numbers import ip2asn-combined.tsv.gz'],
    },
    {
      name: 'show',
      purpose: 'Shows how many AS numbers are in force, and how far a running import is.',
      options: [json],
      examples: ['icmpmon as-numbers show'],
    },
    {
      name: 'remove',
      purpose: 'Removes the AS numbers.',
      options: [jsonOf('what is in force afterwards')],
      examples: ['icmpmon as-numbers remove'],
    },
  ],
  examples: ['icmpmon as-numbers import ip2asn-combined.tsv.gz'],
};
