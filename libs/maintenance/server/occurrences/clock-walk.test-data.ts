import type { LocalTimes } from '@icmp-mon/maintenance/contract';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** Minutes since 1970 that the clocks show at each minute of a stretch of time. */
export interface Readings {
  firstMinute: number;
  shown: Int32Array;
}

/**
 * The clocks of a zone, read minute by minute by `Intl.DateTimeFormat`: independent of Temporal and of the code under test, which it
 * checks.
 */
export class ClockReader {
  private readonly format: Intl.DateTimeFormat;
  /** Readings of whole days of UTC, by day number. */
  private readonly days = new Map<number, Int32Array>();

  constructor(timeZone: string) {
    const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    this.format = new Intl.DateTimeFormat('sv-SE', { timeZone, hourCycle: 'h23', ...digits });
  }

  /** Returns what the clocks show at a minute, as minutes since 1970 of a clock on UTC that shows the same. */
  read(minute: number): number {
    const text = this.format.format(minute * MINUTE_MS);
    const numbers = /^(\d+)-(\d+)-(\d+) (\d+):(\d+)$/.exec(text);
    if (numbers === null) throw new Error(`Not a reading of a clock: ${text}`);
    const [year, month, day, hour, minutes] = numbers.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour, minutes) / MINUTE_MS;
  }

  /** Returns the readings of `days` days of UTC from a day. */
  readDays(firstDay: number, days: number): Readings {
    const shown = new Int32Array(days * DAY_MINUTES);
    for (let day = 0; day < days; day++) shown.set(this.readDay(firstDay + day), day * DAY_MINUTES);
    return { firstMinute: firstDay * DAY_MINUTES, shown };
  }

  /** Returns the minutes from `fromMinute` to `toMinute` at which the clocks change, with the readings before and after. */
  findChanges(fromMinute: number, toMinute: number): { minute: number; before: number; after: number }[] {
    const found: { minute: number; before: number; after: number }[] = [];
    const offset = (minute: number): number => this.read(minute) - minute;
    for (let hour = fromMinute; hour < toMinute; hour += 60) {
      if (offset(hour) === offset(hour + 60)) continue;
      for (let minute = hour; minute < hour + 60; minute++) {
        const [before, after] = [this.read(minute) + 1, this.read(minute + 1)];
        if (before !== after) found.push({ minute: minute + 1, before, after });
      }
    }
    return found;
  }

  private readDay(day: number): Int32Array {
    const known = this.days.get(day);
    if (known !== undefined) return known;
    const shown = Int32Array.from({ length: DAY_MINUTES }, (_, at) => this.read(day * DAY_MINUTES + at));
    this.days.set(day, shown);
    return shown;
  }
}

/** Returns start and end, ms since 1970, of an occurrence on a day (number of days since 1970) by walking over all minutes around it. */
export function walkedTimes(clock: ClockReader, day: number, times: LocalTimes): { startMs: number; endMs: number } {
  const start = day * DAY_MINUTES + minutesOf(times.startTime);
  const end = (day + times.endDayOffset) * DAY_MINUTES + minutesOf(times.endTime);
  const { firstMinute, shown } = clock.readDays(day - 2, times.endDayOffset + 5);
  let first = -1;
  let last = -1;
  let afterStart = -1;
  let afterEnd = -1;
  for (const [at, reading] of shown.entries()) {
    if (reading === start && first < 0) first = at;
    if (reading === end) last = at;
    if (reading > start && afterStart < 0) afterStart = at;
    if (reading > end && afterEnd < 0) afterEnd = at;
  }
  const from = first >= 0 ? first : afterStart;
  const to = last >= 0 ? last : afterEnd;
  // Both ends are in one gap: the length on the wall, from the end of the gap.
  const until = to > from ? to : from + (end - start);
  return { startMs: (firstMinute + from) * MINUTE_MS, endMs: (firstMinute + until) * MINUTE_MS };
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Returns the time and day of a reading of the clocks: `[day, 'HH:MM']`. */
export function dayAndTime(reading: number): [number, string] {
  const day = Math.floor(reading / DAY_MINUTES);
  const minutes = reading - day * DAY_MINUTES;
  const two = (value: number): string => String(value).padStart(2, '0');
  return [day, `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`];
}

/** Returns a day as `YYYY-MM-DD`. */
export const dateText = (day: number): string => new Date(day * DAY_MINUTES * MINUTE_MS).toISOString().slice(0, 10);
