import { bulkRemove, bulkSet } from './bulk.mjs';
import { json, jsonOf, PAGE_OPTIONS, target, vrf, yes, EXITS_OF_YES } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */

/** Equal to the sort keys of the contract; a test compares them. */
const SORTS = ['status', 'ip', 'name', 'tier', 'since'];
/** Equal to the windows of the contract; a test compares them. */
const RESOLUTIONS = ['auto', '5m', '1h', '1d', '1mo'];

/** Equal to the views of the contract; a test compares them. */
const STATUS_VIEWS = ['known', 'corrected'];

/** @type {Option[]} */
const MEMBERS = [
  { name: 'name', value: 'name', text: 'name' },
  { name: 'owner', value: 'owner', text: 'owner' },
  { name: 'notes', value: 'text', text: 'notes' },
  { name: 'parents', value: 'targets', text: 'targets that it depends on: addresses or ids, separated by commas' },
  { name: 'tags', value: 'tags', text: 'tags, such as "site=fra rack=7"' },
];

/** @type {Command} */
const list = {
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
};

/** @type {Command[]} */
const readers = [
  {
    name: 'count',
    purpose: 'Counts targets by status.',
    options: [{ name: 'filter', value: 'filter', text: 'only targets of this filter' }, json],
    examples: ['icmpmon targets count', "icmpmon targets count --filter 'site=fra'"],
  },
  {
    name: 'show',
    purpose: 'Shows a target with its status.',
    arguments: [target],
    options: [vrf, json],
    examples: ['icmpmon targets show 192.0.2.7'],
  },
  {
    name: 'status',
    purpose: 'Shows the status of a target with the verdict of each agent.',
    arguments: [target],
    options: [vrf, json],
    examples: ['icmpmon targets status 192.0.2.7'],
  },
  {
    name: 'results',
    purpose: 'Lists single results of a target, newest first.',
    arguments: [target],
    options: [vrf, ...PAGE_OPTIONS, json],
    examples: ['icmpmon targets results 192.0.2.7 --limit 20'],
  },
  {
    name: 'history',
    purpose: 'Lists loss and round-trip times of a target per window of time.',
    arguments: [target],
    options: [
      { name: 'from', value: 'time', default: 'now-6h', text: 'from this time on: ISO 8601, or now-6h' },
      { name: 'to', value: 'time', default: 'now', text: 'before this time' },
      { name: 'resolution', value: 'window', choices: RESOLUTIONS, default: 'auto', text: 'length of the windows' },
      vrf,
      json,
    ],
    examples: ['icmpmon targets history 192.0.2.7 --from now-7d --resolution 1h'],
  },
  {
    name: 'statuses',
    purpose: 'Lists which statuses a target had, as known then or as corrected by results that arrived late.',
    arguments: [target],
    options: [
      { name: 'from', value: 'time', default: 'now-6h', text: 'from this time on: ISO 8601, or now-6h' },
      { name: 'to', value: 'time', default: 'now', text: 'before this time' },
      { name: 'view', value: 'view', choices: STATUS_VIEWS, default: 'known', text: 'as known then, or as corrected' },
      vrf,
      json,
    ],
    examples: ['icmpmon targets statuses 192.0.2.7 --from now-7d --view corrected'],
  },
  {
    name: 'changes',
    purpose: 'Lists the changes of a target: when, by whom, and what.',
    arguments: [target],
    options: [vrf, ...PAGE_OPTIONS, json],
    examples: ['icmpmon targets changes 192.0.2.7'],
  },
];

/** @type {Command[]} */
const changers = [
  {
    name: 'add',
    purpose: 'Registers an address as a target.',
    arguments: [{ name: 'address', text: 'IPv4 or IPv6 address' }],
    options: [
      { name: 'tier', value: 'tier', required: true, text: 'tier' },
      { name: 'vrf', value: 'vrf', default: 'default', text: 'VRF' },
      ...MEMBERS,
      { name: 'paused', text: 'registers it paused: no agent probes it' },
      json,
    ],
    examples: ['icmpmon targets add 192.0.2.7 --tier standard --name core-1 --tags "site=fra role=core"'],
  },
  {
    name: 'set',
    purpose: 'Changes members of a target; the others stay.',
    details: ['An empty value removes name, owner, notes or parents.'],
    arguments: [target],
    options: [
      { name: 'tier', value: 'tier', text: 'tier' },
      ...MEMBERS,
      { name: 'remove-tags', value: 'keys', text: 'keys of tags to remove, such as "site rack"' },
      vrf,
      json,
    ],
    examples: ['icmpmon targets set 192.0.2.7 --tier fast --tags "rack=8"', 'icmpmon targets set 192.0.2.7 --owner=""'],
  },
  {
    name: 'pause',
    purpose: 'Pauses a target: no agent probes it until it is resumed.',
    arguments: [target],
    options: [vrf, json],
    examples: ['icmpmon targets pause 192.0.2.7'],
  },
  {
    name: 'resume',
    purpose: 'Resumes a paused target.',
    arguments: [target],
    options: [vrf, json],
    examples: ['icmpmon targets resume 192.0.2.7'],
  },
  {
    name: 'remove',
    purpose: 'Removes a target; its results stay readable by its id.',
    arguments: [target],
    options: [vrf, yes, jsonOf('the target as it was')],
    examples: ['icmpmon targets remove 192.0.2.7', 'icmpmon targets remove 192.0.2.7 --yes'],
    exits: EXITS_OF_YES,
  },
];

/** @type {Command} */
export const targets = {
  name: 'targets',
  purpose: 'Lists, shows, registers, changes and removes targets, one or all of a filter.',
  commands: [list, ...readers, ...changers, bulkSet, bulkRemove],
  examples: ['icmpmon targets list', "icmpmon targets bulk-set --filter 'site=fra' --tier fast"],
};
