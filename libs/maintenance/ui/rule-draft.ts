/** How a window repeats, as the form offers it; `rule` is any other rule, as text. */
export const REPETITIONS = ['once', 'daily', 'weekly', 'monthly', 'nth-weekday', 'last-day', 'yearly', 'rule'] as const;
export type Repetition = (typeof REPETITIONS)[number];

export const REPETITION_TEXTS: Readonly<Record<Repetition, string>> = {
  once: 'Once',
  daily: 'Every day',
  weekly: 'On days of the week',
  monthly: 'On a day of the month',
  'nth-weekday': 'On a weekday of the month',
  'last-day': 'On the last day of the month',
  yearly: 'Every year',
  rule: 'By a rule (RFC 5545)',
};

export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export const WEEKDAY_TEXTS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
/** Which weekday of a month; −1 is the last one. */
export const NTHS: readonly (readonly [string, string])[] = [
  ['1', 'first'],
  ['2', 'second'],
  ['3', 'third'],
  ['4', 'fourth'],
  ['-1', 'last'],
];

/** Values of the part of the form that builds a rule. */
export interface RuleDraft {
  repetition: Repetition;
  /** Number of days, weeks, months or years from one to the next. */
  interval: number;
  /** Letters of the days, such as `MO`. */
  weekdays: string[];
  monthDay: number;
  nth: string;
  /** Weekday of `nth-weekday`. */
  weekday: string;
  /** How it ends: never, after a date, or after a number of dates. */
  ends: 'never' | 'until' | 'count';
  until: string;
  count: number;
  /** Text of any other rule. */
  rule: string;
}

export const ONCE: RuleDraft = {
  ...{ repetition: 'once', interval: 1, weekdays: [], monthDay: 1, nth: '1', weekday: 'TU' },
  ...{ ends: 'never', until: '', count: 10, rule: '' },
};

const FREQUENCIES: Readonly<Record<Exclude<Repetition, 'once' | 'rule'>, string>> = {
  ...{
    daily: 'DAILY',
    weekly: 'WEEKLY',
    monthly: 'MONTHLY',
    'nth-weekday': 'MONTHLY',
    'last-day': 'MONTHLY',
    yearly: 'YEARLY',
  },
};

/** Returns the rule of a draft; null for a window on one date. */
export function ruleOf(draft: RuleDraft): string | null {
  const { repetition, interval, ends, until, count } = draft;
  if (repetition === 'once') return null;
  if (repetition === 'rule') return draft.rule.trim();
  const parts = [`FREQ=${FREQUENCIES[repetition]}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  const days = daysPart(draft);
  if (days !== null) parts.push(days);
  if (ends === 'until' && until !== '') parts.push(`UNTIL=${until.replaceAll('-', '')}`);
  if (ends === 'count') parts.push(`COUNT=${count}`);
  return parts.join(';');
}

function daysPart({ repetition, weekdays, monthDay, nth, weekday }: RuleDraft): string | null {
  switch (repetition) {
    case 'weekly':
      return weekdays.length === 0 ? null : `BYDAY=${WEEKDAYS.filter((day) => weekdays.includes(day)).join(',')}`;
    case 'monthly':
      return `BYMONTHDAY=${monthDay}`;
    case 'nth-weekday':
      return `BYDAY=${nth}${weekday}`;
    case 'last-day':
      return 'BYMONTHDAY=-1';
    case 'once':
    case 'daily':
    case 'yearly':
    case 'rule':
      return null;
  }
}

/** Returns the draft of a rule: by the simple choices if they build the same rule, otherwise as its text. */
export function draftOfRule(rrule: string | null): RuleDraft {
  if (rrule === null) return ONCE;
  const draft = simpleDraft(new Map(rrule.split(';').map((part) => part.split('=') as [string, string])));
  const asText: RuleDraft = { ...ONCE, repetition: 'rule', rule: rrule };
  if (draft === null) return asText;
  const built = ruleOf(draft)?.split(';').sort().join(';');
  return built ===
    rrule
      .split(';')
      .filter((part) => part !== 'INTERVAL=1')
      .sort()
      .join(';')
    ? draft
    : asText;
}

function simpleDraft(parts: ReadonlyMap<string, string>): RuleDraft | null {
  const [byDay = '', until, count] = [parts.get('BYDAY'), parts.get('UNTIL'), parts.get('COUNT')];
  const common: RuleDraft = {
    ...ONCE,
    interval: Number(parts.get('INTERVAL') ?? 1),
    ...(until !== undefined && { ends: 'until', until: until.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3') }),
    ...(count !== undefined && { ends: 'count', count: Number(count) }),
  };
  switch (parts.get('FREQ') ?? '') {
    case 'DAILY':
      return { ...common, repetition: 'daily' };
    case 'YEARLY':
      return { ...common, repetition: 'yearly' };
    case 'WEEKLY':
      return { ...common, repetition: 'weekly', weekdays: byDay === '' ? [] : byDay.split(',') };
    case 'MONTHLY': {
      const nth = /^(-?\d)([A-Z]{2})$/.exec(byDay);
      if (nth !== null) return { ...common, repetition: 'nth-weekday', nth: nth[1], weekday: nth[2] };
      const monthDay = Number(parts.get('BYMONTHDAY'));
      return monthDay === -1 ? { ...common, repetition: 'last-day' } : { ...common, repetition: 'monthly', monthDay };
    }
    default:
      return null;
  }
}

const UNITS: Readonly<Record<string, string>> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };

/** Returns a rule in words where they are simple: `every 2 weeks on Monday, Thursday, until 2027-12-31`; otherwise its text. */
export function ruleText(rrule: string | null): string {
  const draft = draftOfRule(rrule);
  if (rrule === null) return 'once';
  if (draft.repetition === 'rule') return rrule;
  const unit = UNITS[/FREQ=(\w+)/.exec(rrule)?.[1] ?? ''] ?? '';
  const every = draft.interval > 1 ? `every ${draft.interval} ${unit}s` : `every ${unit}`;
  return `${every}${daysText(draft)}${endText(draft)}`;
}

const weekdayText = (day: string): string => WEEKDAY_TEXTS[WEEKDAYS.findIndex((each) => each === day)] ?? day;

function daysText({ repetition, weekdays, monthDay, nth, weekday }: RuleDraft): string {
  switch (repetition) {
    case 'weekly':
      return weekdays.length === 0 ? '' : ` on ${weekdays.map(weekdayText).join(', ')}`;
    case 'monthly':
      return ` on day ${monthDay}`;
    case 'nth-weekday':
      return ` on the ${NTHS.find(([value]) => value === nth)?.[1] ?? `${nth}.`} ${weekdayText(weekday)}`;
    case 'last-day':
      return ' on the last day';
    case 'once':
    case 'daily':
    case 'yearly':
    case 'rule':
      return '';
  }
}

const endText = ({ ends, until, count }: RuleDraft): string =>
  ends === 'until' ? `, until ${until}` : ends === 'count' ? `, ${count} times` : '';
