import { Temporal } from 'temporal-polyfill';
import { resolveTimes, zoneName } from '../occurrences/zone-times';
import type { CalendarComponent, CalendarProperty } from './content-lines';

const TIME = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/;
const OFFSET = /^([+-])(\d{2})(\d{2})(\d{2})?$/;
/** Rules of zones name a weekday of a month. Others would have to be expanded, which a hostile file could make endless. */
const ZONE_RULE = /^FREQ=YEARLY;(?=.*BYMONTH=(\d{1,2}))(?=.*BYDAY=(-?[1-5])(MO|TU|WE|TH|FR|SA|SU))[A-Z0-9=;-]+$/;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const YEAR_MIN = 2000;
const YEAR_MAX = 2199;

/** A time of a calendar: an instant, or why there is none. `isFloating`: it had no zone, so that the zone of the request was used. */
export type CalendarTime = { atMs: number; isFloating: boolean } | { fault: string };

/** How times of a file are read. */
export interface TimeContext {
  /** Components VTIMEZONE by TZID. */
  zones: ReadonlyMap<string, CalendarComponent>;
  /** Zone of times without one. */
  timeZone: string;
}

/**
 * Returns the instant of a DTSTART, DTEND or DTSTAMP: in UTC, in the zone of its TZID, or without a zone. A TZID is a zone of the tz database
 * if it has such a name, otherwise what the file defines. A date alone is its midnight.
 */
export function calendarTime({ name, parameters, value }: CalendarProperty, context: TimeContext): CalendarTime {
  const match = TIME.exec(value.trim());
  const wall = match === null ? null : wallTime(match);
  if (match === null || wall === null) return { fault: `has a ${name} that is not a time such as 20270328T010000Z` };
  if (wall.year < YEAR_MIN || wall.year > YEAR_MAX) return { fault: `has a ${name} that is not from 2000 to 2199` };
  if (match[7] === 'Z') return { atMs: wall.toZonedDateTime('UTC').epochMilliseconds, isFloating: false };
  const tzid = parameters.get('TZID');
  if (tzid === undefined) return { atMs: inZone(wall, context.timeZone, name), isFloating: true };
  const known = namedZone(tzid);
  if (known !== null) return { atMs: inZone(wall, known, name), isFloating: false };
  const zone = context.zones.get(tzid);
  if (zone === undefined) {
    return {
      fault: `has the time zone "${tzid.slice(0, 60)}", which is not in the tz database, and which the file does not define`,
    };
  }
  const offsetMs = definedOffset(zone, wall);
  if (offsetMs === null) {
    return {
      fault: `has the time zone "${tzid.slice(0, 60)}", whose definition in the file has rules that are not supported`,
    };
  }
  return { atMs: wall.toZonedDateTime('UTC').epochMilliseconds - offsetMs, isFloating: false };
}

/** Some programs write a path before the name of the zone. */
function namedZone(tzid: string): string | null {
  const parts = tzid.split('/');
  const names = [tzid, parts.slice(-2).join('/'), parts.slice(-3).join('/')];
  return names.map(zoneName).find((name) => name !== null) ?? null;
}

/** Returns the length of a DURATION, ms; null for a text that is none. */
export function durationMs(text: string): number | null {
  try {
    return Temporal.Duration.from(text.trim()).total({ unit: 'milliseconds', relativeTo: '2000-01-01' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function wallTime([
  ,
  year,
  month,
  day,
  hour = '0',
  minute = '0',
  second = '0',
]: RegExpExecArray): Temporal.PlainDateTime | null {
  const [years, months, days, hours, minutes, seconds] = [year, month, day, hour, minute, second].map(Number);
  const fields = { year: years, month: months, day: days, hour: hours, minute: minutes, second: seconds };
  try {
    return Temporal.PlainDateTime.from(fields, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Times that the clocks skip or show twice are resolved like those of windows: an end is the later of two. */
function inZone(wall: Temporal.PlainDateTime, timeZone: string, name: string): number {
  const minute = wall.toPlainTime().toString({ smallestUnit: 'minute' });
  const date = wall.toPlainDate();
  const times =
    name === 'DTEND'
      ? resolveTimes(timeZone, date.subtract({ days: 1 }).toString(), {
          startTime: '00:00',
          endTime: minute,
          endDayOffset: 1,
        })
      : resolveTimes(timeZone, date.toString(), { startTime: minute, endTime: minute, endDayOffset: 1 });
  return (name === 'DTEND' ? times.endMs : times.startMs) + wall.second * 1_000;
}

/** Returns the offset of a VTIMEZONE at a local time, ms; null if it cannot be found. */
function definedOffset({ components }: CalendarComponent, wall: Temporal.PlainDateTime): number | null {
  let latest: { onset: Temporal.PlainDateTime; offsetMs: number } | null = null;
  for (const { properties } of components) {
    const value = (name: string): string => properties.find((each) => each.name === name)?.value.trim() ?? '';
    const start = TIME.exec(value('DTSTART'));
    const first = start === null ? null : wallTime(start);
    const offsetMs = offsetOf(value('TZOFFSETTO'));
    if (first === null || offsetMs === null) return null;
    const onset = lastOnset(first, value('RRULE'), wall);
    if (onset === undefined) return null;
    if (onset === null) continue;
    if (latest === null || Temporal.PlainDateTime.compare(onset, latest.onset) > 0) latest = { onset, offsetMs };
  }
  return latest?.offsetMs ?? null;
}

/** Returns the last onset of a rule of a zone up to a time; null if there is none yet, undefined for a rule that is not supported. */
function lastOnset(
  first: Temporal.PlainDateTime,
  rule: string,
  wall: Temporal.PlainDateTime,
): Temporal.PlainDateTime | null | undefined {
  if (rule === '') return Temporal.PlainDateTime.compare(first, wall) <= 0 ? first : null;
  const match = ZONE_RULE.exec(rule);
  if (match === null || /(?:COUNT|INTERVAL=(?!1(?:;|$)))/.test(rule)) return undefined;
  const until = /UNTIL=(\d{4})/.exec(rule)?.[1];
  const lastYear = until === undefined ? wall.year : Math.min(wall.year, Number(until));
  for (const year of [lastYear, lastYear - 1]) {
    const day = weekdayOf(year, Number(match[1]), Number(match[2]), WEEKDAYS.indexOf(match[3]) + 1);
    if (day === null) return undefined;
    const onset = day.toPlainDateTime(first.toPlainTime());
    if (Temporal.PlainDateTime.compare(onset, wall) <= 0 && onset.year >= first.year) return onset;
  }
  return null;
}

/** Returns the nth weekday of a month, from its end for a negative number; null if the month has none. */
function weekdayOf(year: number, month: number, nth: number, weekday: number): Temporal.PlainDate | null {
  if (month < 1 || month > 12) return null;
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const last = first.with({ day: first.daysInMonth });
  const day =
    nth > 0
      ? 1 + ((weekday - first.dayOfWeek + 7) % 7) + (nth - 1) * 7
      : last.day - ((last.dayOfWeek - weekday + 7) % 7) + (nth + 1) * 7;
  return day < 1 || day > last.day ? null : first.with({ day });
}

function offsetOf(text: string): number | null {
  const match = OFFSET.exec(text);
  if (match === null) return null;
  const seconds = Number(match[2]) * 3_600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -seconds : seconds) * 1_000;
}
