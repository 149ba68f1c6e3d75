import { EXIT_UNDECIDED, EXITS_OF_YES, json, PAGE_OPTIONS, yes } from './shared-options.mjs';

/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Command} Command */
/** @typedef {import('../../../libs/platform/command-line/definition.mjs').Option} Option */

const window = { name: 'window', text: 'id or name of the window' };
/** @type {Option} */
const date = { name: 'date', value: 'date', text: 'only the occurrence of this date, such as 2027-03-28' };

/** @type {Option[]} */
const DEFINITION = [
  { name: 'title', value: 'text', text: 'title', required: true },
  { name: 'scope', value: 'filter', text: 'filter of the targets, such as site=fra', required: true },
  { name: 'zone', value: 'zone', text: 'zone of the tz database, such as Europe/Berlin', required: true },
  { name: 'date', value: 'date', text: 'first date, such as 2027-03-28', required: true },
  { name: 'start', value: 'time', text: 'start as the clocks of the zone show it, such as 02:00', required: true },
  { name: 'end', value: 'time', text: 'end, exclusive', required: true },
  { name: 'days', value: 'n', min: 0, max: 7, default: 0, text: 'days from the day of the start to that of the end' },
  { name: 'rrule', value: 'rule', text: 'rule for the dates, such as "FREQ=MONTHLY;BYDAY=1TU"; once without it' },
  {
    name: 'sla',
    value: 'class',
    choices: ['excluded', 'counted'],
    default: 'excluded',
    text: 'whether the time counts in availability',
  },
  { name: 'name', value: 'name', text: 'unique name' },
  { name: 'reason', value: 'text', text: 'reason' },
  { name: 'ticket', value: 'text', text: 'reference to a ticket' },
];

/** @type {Command} */
export const maintenance = {
  name: 'maintenance',
  purpose:
    "Lists, schedules, ends, extends and cancels maintenance windows, silences scopes, and imports carriers' notices.",
  commands: [
    {
      name: 'list',
      purpose: 'Lists windows and silences with their open or next occurrence.',
      options: [
        {
          name: 'state',
          value: 'state',
          choices: ['active', 'all'],
          default: 'active',
          text: 'also over and cancelled ones',
        },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon maintenance list'],
    },
    {
      name: 'show',
      purpose: 'Shows a window.',
      arguments: [window],
      options: [json],
      examples: ['icmpmon maintenance show fra-monthly'],
    },
    {
      name: 'occurrences',
      purpose: 'Lists the occurrences of all windows, by start.',
      options: [
        { name: 'from', value: 'time', default: 'now', text: 'that end after this time' },
        { name: 'to', value: 'time', text: 'that begin before this time' },
        { name: 'state', value: 'state', choices: ['planned', 'open', 'closed'], text: 'only in this state' },
        ...PAGE_OPTIONS,
        json,
      ],
      examples: ['icmpmon maintenance occurrences --state open', 'icmpmon maintenance occurrences --to 2027-02-01'],
    },
    {
      name: 'schedule',
      purpose: 'Schedules a window; shows its next occurrences first.',
      options: [...DEFINITION, yes, json],
      examples: [
        'icmpmon maintenance schedule --title "Line cards" --scope site=fra --zone Europe/Berlin --date 2027-03-28 --start 02:00 --end 04:00 --yes',
      ],
      exits: EXITS_OF_YES,
    },
    {
      name: 'silence',
      purpose: 'Silences a scope from now on.',
      options: [
        { name: 'scope', value: 'filter', text: 'filter of the targets', required: true },
        { name: 'minutes', value: 'n', min: 1, max: 10_080, default: 120, text: 'minutes until it ends' },
        { name: 'reason', value: 'text', text: 'reason', required: true },
        json,
      ],
      examples: ['icmpmon maintenance silence --scope site=fra --minutes 60 --reason "flapping line"'],
    },
    {
      name: 'end',
      purpose: 'Ends what is open of a window now.',
      arguments: [window],
      options: [date, json],
      examples: ['icmpmon maintenance end fra-monthly'],
    },
    {
      name: 'extend',
      purpose: 'Lets what is open of a window end later.',
      arguments: [window],
      options: [{ name: 'minutes', value: 'n', min: 1, max: 10_080, default: 30, text: 'minutes to add' }, date, json],
      examples: ['icmpmon maintenance extend fra-monthly --minutes 30'],
    },
    {
      name: 'cancel',
      purpose: 'Cancels a window or silence: what is open ends now.',
      arguments: [window],
      options: [yes, json],
      examples: ['icmpmon maintenance cancel fra-monthly --yes'],
      exits: EXITS_OF_YES,
    },
    {
      name: 'amend-record',
      purpose: 'Corrects the record of a closed occurrence: when the work was, or whether it counts in availability.',
      arguments: [window],
      options: [
        { name: 'date', value: 'date', text: 'date of the occurrence by the rule, such as 2027-03-28', required: true },
        { name: 'start', value: 'time', text: 'start, such as 2027-03-28T01:10:00Z; as recorded without it' },
        { name: 'end', value: 'time', text: 'end, exclusive; as recorded without it' },
        {
          name: 'sla',
          value: 'class',
          choices: ['excluded', 'counted'],
          text: 'whether the time counts in availability',
        },
        { name: 'reason', value: 'text', text: 'reason', required: true },
        json,
      ],
      examples: [
        'icmpmon maintenance amend-record fra-monthly --date 2027-03-28 --end 2027-03-28T03:00:00Z --reason "ended later"',
      ],
    },
    {
      name: 'import',
      purpose: "Imports carriers' notices of maintenance (MAINTNOTE); shows first what it would do.",
      arguments: [{ name: 'file', text: 'calendar file (.ics); - is standard input' }],
      options: [
        { name: 'tag', value: 'key', default: 'circuit', text: 'tag whose values are the ids of objects' },
        { name: 'zone', value: 'zone', default: 'UTC', text: 'zone of times that have none' },
        yes,
        json,
      ],
      examples: ['icmpmon maintenance import notice.ics', 'icmpmon maintenance import notice.ics --yes'],
      exits: {
        [EXIT_UNDECIDED]: 'nothing was changed, because --yes was not given; or with it, some notices were refused',
      },
    },
  ],
  examples: ['icmpmon maintenance list'],
};
