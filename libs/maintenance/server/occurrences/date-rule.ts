import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';

/** Parts that a rule for dates may have; the time of an occurrence is not a part of it. */
const PARTS = [
  ...['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST'],
  ...['BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYYEARDAY', 'BYWEEKNO', 'BYSETPOS'],
];
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
/** Highest number in a list; negative numbers count from the end, except for months. The library ignores others, so that more dates match. */
const LISTED_MAX: Readonly<Record<string, number>> = {
  BYMONTHDAY: 31,
  BYMONTH: 12,
  BYYEARDAY: 366,
  BYWEEKNO: 53,
  BYSETPOS: 366,
};
/** Dates that a rule has at most over its whole life, by COUNT. */
const COUNT_MAX = 1_000;
const INTERVAL_MAX = 1_000;
/** Years within which a rule must match a date: leap years are at most eight years apart. */
const FIRST_MATCH_YEARS = 10;
/** Periods that one expansion looks at: ten years of days. */
const PERIODS_MAX = 4_000;

/** Returns why a text is not a rule for the dates of a window that begins on `date`, as the end of a sentence; null if it is one. */
export function ruleFault(text: string, date: string): string | null {
  const parts = text.split(';').map((part) => part.split('='));
  const fault = partsFault(parts);
  if (fault !== null) return fault;
  try {
    for (const years of [1, FIRST_MATCH_YEARS]) {
      const last = Temporal.PlainDate.from(date).add({ years }).toString();
      if (datesOf(text, date, date, last).length > 0) return null;
    }
    return `matches no date within ${FIRST_MATCH_YEARS} years after ${date}`;
  } catch (error) {
    return `is not a rule of RFC 5545: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function partsFault(parts: string[][]): string | null {
  const values = new Map<string, string>();
  for (const [name, value, more] of parts) {
    if (value === undefined || value === '' || more !== undefined) return 'must consist of NAME=VALUE, separated by ;';
    if (!PARTS.includes(name)) return `has the part ${name}; the parts are ${PARTS.join(', ')}`;
    if (values.has(name)) return `has ${name} twice`;
    values.set(name, value);
  }
  const frequency = values.get('FREQ') ?? '';
  if (!FREQUENCIES.includes(frequency)) return `must have FREQ, one of ${FREQUENCIES.join(', ')}`;
  if (values.has('COUNT') && values.has('UNTIL')) return 'can have COUNT or UNTIL, not both';
  const listed = Object.entries(LISTED_MAX).map(([name, max]) => listFault(values.get(name), name, max));
  return (
    numberFault(values, 'COUNT', COUNT_MAX) ??
    numberFault(values, 'INTERVAL', INTERVAL_MAX) ??
    untilFault(values) ??
    listed.find((fault) => fault !== null) ??
    weekdayFault(values) ??
    monthDayFault(values)
  );
}

/** A number before a weekday counts within the month or the year. The library ignores one that no month has. */
function weekdayFault(values: Map<string, string>): string | null {
  const items = values.get('BYDAY')?.split(',') ?? [];
  const matches = items.map((item) => /^([+-]?[1-9]\d?)?(?:MO|TU|WE|TH|FR|SA|SU)$/.exec(item));
  if (matches.includes(null)) return 'has BYDAY that is not a list of weekdays such as MO, 1TU or -1FR';
  const numbers = matches.flatMap((match) => (match?.[1] === undefined ? [] : [Number(match[1])]));
  if (numbers.length === 0) return null;
  const frequency = values.get('FREQ') ?? '';
  if (!['MONTHLY', 'YEARLY'].includes(frequency) || values.has('BYWEEKNO')) {
    return `has BYDAY with a number, which has no meaning with ${values.has('BYWEEKNO') ? 'BYWEEKNO' : `FREQ=${frequency}`}`;
  }
  const isOfYear = frequency === 'YEARLY' && !values.has('BYMONTH');
  const max = isOfYear ? 53 : 5;
  const impossible = numbers.find((number) => Math.abs(number) > max);
  if (impossible === undefined) return null;
  return `has BYDAY with ${impossible}: a ${isOfYear ? 'year' : 'month'} has each weekday at most ${max} times`;
}

/** A day that none of the months has would never match. */
function monthDayFault(values: Map<string, string>): string | null {
  const months = values.get('BYMONTH')?.split(',') ?? [];
  if (months.length === 0) return null;
  // A leap year: February has 29 days.
  const longest = Math.max(
    ...months.map((month) => Temporal.PlainYearMonth.from({ year: 2000, month: Number(month) }).daysInMonth),
  );
  const impossible = values
    .get('BYMONTHDAY')
    ?.split(',')
    .find((day) => Math.abs(Number(day)) > longest);
  if (impossible === undefined) return null;
  return `has BYMONTHDAY with ${impossible}, which no month of BYMONTH=${months.join(',')} has`;
}

function listFault(text: string | undefined, name: string, max: number): string | null {
  const signs = name === 'BYMONTH' ? '' : '[+-]?';
  const item = new RegExp(`^${signs}[1-9]\\d{0,2}$`);
  const isValid = text?.split(',').every((each) => item.test(each) && Math.abs(Number(each)) <= max) ?? true;
  return isValid ? null : `has ${name} that is not a list of numbers ${signs === '' ? '' : '±'}1 to ${max}`;
}

function numberFault(values: Map<string, string>, name: string, max: number): string | null {
  const text = values.get(name);
  if (text === undefined || (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= max)) return null;
  return `has ${name} that is not a number from 1 to ${max.toLocaleString('en')}`;
}

/** Dates have no zone, so their end is a date; a time with Z would be another date in some zones. */
function untilFault(values: Map<string, string>): string | null {
  const text = values.get('UNTIL');
  if (text === undefined) return null;
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (match !== null && isDate(`${match[1]}-${match[2]}-${match[3]}`)) return null;
  return 'must have as UNTIL the last date in the zone of the window, such as UNTIL=20271231';
}

/** Returns whether a text is a date of the calendar, `YYYY-MM-DD`, from 2000 to 2199. */
export function isDate(text: string): boolean {
  const match = /^(2[01]\d{2})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/**
 * Returns the dates of a rule from `from` to `to` inclusive, in order. Dates are expanded in floating time: no zone takes part, so no date
 * vanishes because a time does not exist on it. Without a rule, it is the first date alone.
 */
export function datesOf(rrule: string | null, date: string, from: string, to: string): string[] {
  if (rrule === null) return date >= from && date <= to ? [date] : [];
  const rule = new RRuleTemporal({
    rruleString: `DTSTART;VALUE=DATE:${date.replaceAll('-', '')}\nRRULE:${rrule}`,
    maxIterations: PERIODS_MAX,
    strict: true,
    cache: false,
  });
  const midnight = (day: string): Date => new Date(`${day}T00:00:00Z`);
  return rule.between(midnight(from), midnight(to), true).map((found) => found.toPlainDate().toString());
}
