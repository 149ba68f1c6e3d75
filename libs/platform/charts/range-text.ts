import { shownZone } from '@icmp-mon/platform/ui-kit';
import { isTimeRange, rangeMs, type TimeRange } from './time-range';

/** The meaning of a range text: a range up to now, or a span; `toMs` null is up to now. */
export type WrittenRange = { range: TimeRange } | { fromMs: number; toMs: number | null };

export const RANGE_EXAMPLES = '5h, 2d, since 08:00, yesterday, since Jun 1, 08:00 to 10:30';
const DAY_MS = 86_400_000;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TEXT_LENGTH_MAX = 60;
const UNIT_WORDS = /^(last )?(?:(\d+) ?)?(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|years?)$/;

/** A day and a time of day in the chosen zone; a missing part is null. */
interface Written {
  day: [year: number | null, month: number, day: number] | null;
  time: [hours: number, minutes: number] | null;
}

/**
 * Parses a time range written as text, in the chosen time zone. Returns null if the text is not a range, or not in the past.
 *
 *   range  = length | "now-" length [" to now"]                 stays relative: `5h`, `last 2 days`, `now-6h`
 *          | "today" | "yesterday"
 *          | "since " moment                                    up to now
 *          | moment " to " (moment | "now")                     also with a dash; a hyphen without blanks after a time or a day of month
 *   moment = [day] [hh:mm] | "now-" length
 *
 * - Past: a time without a day, and a day without a year, is the last one before now.
 * - Ordered: an end without a day is on the day of the start, or on the next day if it would be before the start.
 * - Bounded: texts over 60 characters, and days that do not exist (`feb 30`), are not a range.
 */
export function readRangeText(text: string, nowMs: number): WrittenRange | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  if (words.length > TEXT_LENGTH_MAX) return null;
  const relative = relativeRange(words);
  if (relative !== null) return { range: relative };
  const today = dayOf(nowMs);
  if (words === 'today') return { fromMs: instantOf(today, [0, 0]), toMs: null };
  if (words === 'yesterday') return { fromMs: instantOf(dayBefore(today), [0, 0]), toMs: instantOf(today, [0, 0]) };
  const since = /^since (.+)$/.exec(words)?.[1];
  if (since !== undefined) return upToNow(readMoment(since, nowMs), nowMs);
  const apart = /^(.+?) ?(?: to |–| - )(.+)$/.exec(words);
  // Dates contain hyphens too: one without blanks separates two moments only after a time or a day of a month.
  const [, first, second] = apart ?? /^(.*(?::\d{2}|[a-z] \d{1,2}))-(.+)$/.exec(words) ?? [];
  if (first === undefined || second === undefined) return null;
  return between(first, second.trim(), nowMs);
}

/** Parses `5h`, `5 h`, `5 hours`, `last 2 days`, `last hour`, `now-5h`. */
function relativeRange(words: string): TimeRange | null {
  const [, last, count, unit = ''] = UNIT_WORDS.exec(words.replace(/^now-(\S+)( to now)?$/, '$1')) ?? [];
  const text = `${count ?? (last === undefined ? '' : '1')}${unit.charAt(0)}`;
  return isTimeRange(text) ? text : null;
}

function upToNow(fromMs: number | null, nowMs: number): WrittenRange | null {
  return fromMs === null || fromMs >= nowMs ? null : { fromMs, toMs: null };
}

/** Returns the span between two moments; a second one without a day is on the day of the first, or on the next. */
function between(first: string, second: string, nowMs: number): WrittenRange | null {
  const fromMs = readMoment(first, nowMs);
  if (fromMs === null || fromMs >= nowMs) return null;
  if (second === 'now') return { fromMs, toMs: null };
  const toMs = readUntil(second, fromMs, nowMs);
  return toMs === null || toMs <= fromMs ? null : { fromMs, toMs };
}

function readUntil(text: string, fromMs: number, nowMs: number): number | null {
  const until = readWritten(text, nowMs);
  if (until === null || until.day !== null) return readMoment(text, nowMs);
  const startDay = dayOf(fromMs);
  const toMs = momentOf({ ...until, day: startDay }, nowMs);
  return toMs !== null && toMs <= fromMs ? instantOf(dayAfter(startDay), until.time ?? [0, 0]) : toMs;
}

function readMoment(text: string, nowMs: number): number | null {
  const back = /^now-(.+)$/.exec(text)?.[1];
  if (back !== undefined) return isTimeRange(back) ? nowMs - rangeMs(back) : null;
  const written = readWritten(text, nowMs);
  return written === null ? null : momentOf(written, nowMs);
}

/** Returns the instant, ms since 1970. A time without a day, and a day without a year, is the last one before now. */
function momentOf({ day, time }: Written, nowMs: number): number | null {
  const clock = time ?? [0, 0];
  if (day === null) {
    const atMs = instantOf(dayOf(nowMs), clock);
    return atMs < nowMs ? atMs : instantOf(dayBefore(dayOf(nowMs)), clock);
  }
  const [year, month, date] = day;
  if (year !== null) return validInstant([year, month, date], clock);
  const thisYear = dayOf(nowMs)[0];
  const atMs = validInstant([thisYear, month, date], clock);
  return atMs !== null && atMs < nowMs ? atMs : validInstant([thisYear - 1, month, date], clock);
}

/** Parses `08:00`, `jun 1`, `1 jun 08:00`, `2026-06-01`, `2026-06-01 08:00`, `yesterday`, `yesterday 08:00`. */
function readWritten(text: string, nowMs: number): Written | null {
  const [, dayText = '', hours, minutes] = /^(.*?)(?:(?:^| |t)(\d{1,2}):(\d{2}))?$/.exec(text) ?? [];
  const time: Written['time'] = hours === undefined ? null : [Number(hours), Number(minutes)];
  if (time !== null && (time[0] > 23 || time[1] > 59)) return null;
  const day = dayText.trim();
  if (day === '') return time === null ? null : { day: null, time };
  if (day === 'today') return { day: dayOf(nowMs), time };
  if (day === 'yesterday') return { day: dayBefore(dayOf(nowMs)), time };
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year !== undefined) return { day: [Number(year), Number(month), Number(date)], time };
  const [, before, name = '', after] = /^(\d{1,2} )?([a-z]{3})[a-z]*( \d{1,2})?$/.exec(day) ?? [];
  const number = Number(before ?? after);
  const monthNumber = MONTHS.indexOf(name) + 1;
  return monthNumber > 0 && number > 0 ? { day: [null, monthNumber, number], time } : null;
}

type Day = [year: number, month: number, day: number];

function dayOf(atMs: number): Day {
  const date = new Date(atMs);
  return shownZone() === 'utc'
    ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
    : [date.getFullYear(), date.getMonth() + 1, date.getDate()];
}

const dayBefore = (day: Day): Day => dayOf(instantOf(day, [12, 0]) - DAY_MS);
const dayAfter = (day: Day): Day => dayOf(instantOf(day, [12, 0]) + DAY_MS);

function instantOf([year, month, day]: Day, [hours, minutes]: [number, number]): number {
  return shownZone() === 'utc'
    ? Date.UTC(year, month - 1, day, hours, minutes)
    : new Date(year, month - 1, day, hours, minutes).getTime();
}

/** Returns null for a day that does not exist. */
function validInstant(day: Day, time: [number, number]): number | null {
  const noon = dayOf(instantOf(day, [12, 0]));
  return noon.every((part, index) => part === day[index]) ? instantOf(day, time) : null;
}
