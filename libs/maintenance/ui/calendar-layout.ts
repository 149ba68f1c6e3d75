import type { OccurrenceView } from '@icmp-mon/maintenance/contract';
import { occurrenceTitle } from './window-text';
import { addDays, daysBetween, weekdayOf, zonedTime } from './zone-clock';

/** Bars above each other in one day of a month; the rest is counted. */
export const LANES_MAX = 4;
const MINUTES_PER_DAY = 24 * 60;

/** An occurrence with the days and times that the calendar shows it on. */
export interface Placed {
  occurrence: OccurrenceView;
  firstDay: string;
  lastDay: string;
  startTime: string;
  endTime: string;
  /** Title; of a silence, its targets. */
  text: string;
}

/** Part of an occurrence in one week of a month. */
export interface Bar {
  placed: Placed;
  /** Days of the week, 0 to 6, inclusive. */
  from: number;
  to: number;
  /** Place among bars above each other, from 0. */
  lane: number;
  isBegun: boolean;
  isContinued: boolean;
}

export interface Week {
  days: string[];
  bars: Bar[];
  /** Bars of each day that do not fit. */
  hidden: number[];
}

/** Part of an occurrence on one day of a week. */
export interface Block {
  placed: Placed;
  fromMinute: number;
  toMinute: number;
  /** Place next to others at the same time, and how many places there are. */
  column: number;
  columns: number;
}

/** Places occurrences on the days of a zone. An end at midnight belongs to the day before. */
export function placeOccurrences(
  occurrences: readonly OccurrenceView[],
  zoneOf: (occurrence: OccurrenceView) => string,
): Placed[] {
  return occurrences.map((occurrence) => {
    const zone = zoneOf(occurrence);
    const endsAt = Date.parse(occurrence.closedAt ?? occurrence.endsAt);
    const start = zonedTime(occurrence.startsAt, zone);
    const last = zonedTime(Math.max(Date.parse(occurrence.startsAt), endsAt - 1), zone);
    return {
      ...{ occurrence, firstDay: start.date, startTime: start.time, text: occurrenceTitle(occurrence) },
      ...{ lastDay: last.date, endTime: zonedTime(endsAt, zone).time },
    };
  });
}

/** Returns the dates that a month or week shows, from a Monday on. */
export function shownDays(view: 'month' | 'week', day: string): string[] {
  const anchor = view === 'week' ? day : `${day.slice(0, 8)}01`;
  const first = addDays(anchor, -weekdayOf(anchor));
  if (view === 'week') return Array.from({ length: 7 }, (_, at) => addDays(first, at));
  const next = `${addDays(anchor, 31).slice(0, 8)}01`;
  const weeks = Math.ceil(daysBetween(first, next) / 7);
  return Array.from({ length: weeks * 7 }, (_, at) => addDays(first, at));
}

/** Returns the day to which a month or week is moved. */
export function movedDay(view: 'month' | 'week', day: string, step: 1 | -1): string {
  if (view === 'week') return addDays(day, step * 7);
  const first = `${day.slice(0, 8)}01`;
  return step === 1 ? `${addDays(first, 31).slice(0, 8)}01` : `${addDays(first, -1).slice(0, 8)}01`;
}

/** Returns the weeks of a month: longer occurrences first, each in the first lane that is free on its days. */
export function weeksOf(days: readonly string[], placed: readonly Placed[]): Week[] {
  return Array.from({ length: days.length / 7 }, (_, at) => weekOf(days.slice(at * 7, at * 7 + 7), placed));
}

function weekOf(days: string[], placed: readonly Placed[]): Week {
  const [first, last] = [days[0], days[6]];
  const bars: Bar[] = [];
  const hidden = days.map(() => 0);
  const taken: boolean[][] = [];
  const inWeek = placed.filter(({ firstDay, lastDay }) => firstDay <= last && lastDay >= first);
  for (const each of inWeek.sort(longestFirst)) {
    const from = Math.max(0, daysBetween(first, each.firstDay));
    const to = Math.min(6, daysBetween(first, each.lastDay));
    const span = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    let lane = 0;
    while (span.some((day) => taken[lane]?.[day] === true)) lane += 1;
    taken[lane] ??= [];
    for (const day of span) taken[lane][day] = true;
    if (lane >= LANES_MAX) for (const day of span) hidden[day] += 1;
    else bars.push({ placed: each, from, to, lane, isBegun: each.firstDay < first, isContinued: each.lastDay > last });
  }
  return { days, bars, hidden };
}

const longestFirst = (a: Placed, b: Placed): number =>
  daysBetween(b.firstDay, b.lastDay) - daysBetween(a.firstDay, a.lastDay) ||
  a.occurrence.startsAt.localeCompare(b.occurrence.startsAt);

/** Returns the blocks of one day of a week; blocks at the same time are next to each other. */
export function blocksOf(day: string, placed: readonly Placed[]): Block[] {
  const blocks = placed
    .filter(({ firstDay, lastDay }) => firstDay <= day && lastDay >= day)
    .map((each): Block => ({
      placed: each,
      fromMinute: each.firstDay < day ? 0 : minuteOf(each.startTime),
      toMinute: each.lastDay > day || each.endTime === '00:00' ? MINUTES_PER_DAY : minuteOf(each.endTime),
      ...{ column: 0, columns: 1 },
    }))
    .sort((a, b) => a.fromMinute - b.fromMinute || b.toMinute - a.toMinute);
  let group: Block[] = [];
  let groupEnd = 0;
  for (const block of blocks) {
    if (block.fromMinute >= groupEnd) group = [];
    const used = new Set(group.filter(({ toMinute }) => toMinute > block.fromMinute).map(({ column }) => column));
    while (used.has(block.column)) block.column += 1;
    group.push(block);
    groupEnd = Math.max(...group.map(({ toMinute }) => toMinute));
    const columns = Math.max(...group.map(({ column }) => column)) + 1;
    for (const each of group) each.columns = columns;
  }
  return blocks;
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
