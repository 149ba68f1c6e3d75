import { existsSync, readFileSync } from 'node:fs';
import type { LocalTimes, WindowDefinition } from '@icmp-mon/maintenance/contract';
import { describe, expect, it } from 'vitest';
import { ClockReader, dateText, dayAndTime, walkedTimes } from './clock-walk.test-data';
import { plannedOccurrences } from './planned-occurrences';
import { zoneDataVersion, zoneName } from './zone-times';

/*
 * Every zone × its next four changes of the clocks × seven cases, against a walk over all minutes. `ALL_ZONES=1` runs every zone, also links of
 * the tz database where this machine has its names; otherwise a sample, chosen so that each kind of change is in it.
 */
const ALL = process.env['ALL_ZONES'] === '1';
const TZ_NAMES = '/usr/share/zoneinfo/tzdata.zi';
const SAMPLE = [
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Asia/Kolkata',
];
const NOW_MINUTE = Date.UTC(2026, 10, 30) / 60_000;
const TWO_YEARS = 2 * 366 * 1_440;
const DAY_MINUTES = 1_440;

const DEFINITION: WindowDefinition = {
  ...{ title: 'test', name: null, reason: null, ticket: null, scope: 'site=fra', slaClass: 'excluded' },
  ...{ timeZone: 'UTC', date: '2026-11-30', rrule: null, announcedAt: null },
  ...{ startTime: '00:00', endTime: '00:00', endDayOffset: 1 },
};

interface Case extends LocalTimes {
  name: string;
  date: string;
  rrule: string | null;
  /** Day on which the occurrence must be, found without the rule. */
  day: number;
}

function zoneNames(): string[] {
  if (!ALL) return SAMPLE;
  const known = Intl.supportedValuesOf('timeZone');
  const links = existsSync(TZ_NAMES) ? readFileSync(TZ_NAMES, 'utf8').matchAll(/^(?:Z (\S+)|L \S+ (\S+))/gm) : [];
  const names = new Set([...known, ...Array.from(links, (match) => match[1] ?? match[2])]);
  return [...names].filter((name) => zoneName(name) !== null).sort();
}

/** The first day from `from` on that `isWanted`. */
function dayWhere(from: number, isWanted: (date: Date) => boolean): number {
  for (let day = from; ; day++) if (isWanted(new Date(day * DAY_MINUTES * 60_000))) return day;
}

const once = (name: string, [day, startTime]: [number, string], [endDay, endTime]: [number, string]): Case => ({
  ...{ name, day, date: dateText(day), rrule: null, startTime, endTime },
  endDayOffset: endDay - day,
});

/** The cases around a change of the clocks from the reading `before` to `after`: minutes since 1970. */
function casesOf({ before, after }: { before: number; after: number }): Case[] {
  const [low, high] = [Math.min(before, after), Math.max(before, after)];
  const [day, time] = dayAndTime(low);
  const third = Math.floor((high - low) / 3);
  const inside = before < after ? 'in the gap' : 'in the overlap';
  const monthEnd = dayWhere(day, (date) => new Date(date.getTime() + 86_400_000).getUTCDate() === 1);
  const the31st = dayWhere(day, (date) => date.getUTCDate() === 31);
  const leapDay = dayWhere(day, (date) => date.getUTCMonth() === 1 && date.getUTCDate() === 29);
  const ruled = (name: string, on: number, rrule: string): Case => ({
    ...{ name, day: on, date: dateText(day), rrule, startTime: time, endTime: dayAndTime(high)[1] },
    endDayOffset: 1,
  });
  return [
    once(`${inside}, both ends`, dayAndTime(low + third), dayAndTime(high - third)),
    once(`${inside}, start`, dayAndTime(low + third), dayAndTime(high + 90)),
    once(`${inside}, end`, dayAndTime(low - 90), dayAndTime(high - third)),
    once(`${inside}, at its first minute`, dayAndTime(low), dayAndTime(high)),
    once('across midnight', [day, '23:30'], [day + 1, '00:30']),
    once('across midnight before', [day - 1, '23:30'], [day, '00:30']),
    once('across the transition', dayAndTime(low - 60), dayAndTime(high + 60)),
    once('seven days across the transition', dayAndTime(low - 3 * DAY_MINUTES), dayAndTime(low + 4 * DAY_MINUTES)),
    ruled('last day of the month', monthEnd, 'FREQ=MONTHLY;BYMONTHDAY=-1'),
    ruled('the 31st', the31st, 'FREQ=MONTHLY;BYMONTHDAY=31'),
    ruled('29 February', leapDay, 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'),
  ];
}

function compare(timeZone: string, clock: ClockReader, { name, day, ...rest }: Case): string | null {
  const definition = { ...DEFINITION, ...rest, timeZone };
  const around = day * DAY_MINUTES * 60_000;
  const [planned] = plannedOccurrences(definition, {}, { fromMs: around - 86_400_000, toMs: around + 3 * 86_400_000 });
  const walked = walkedTimes(clock, day, rest);
  const { startMs, endMs } = planned ?? { startMs: NaN, endMs: NaN };
  if (startMs === walked.startMs && endMs === walked.endMs && endMs > startMs) return null;
  const text = (ms: number): string => (Number.isNaN(ms) ? 'none' : new Date(ms).toISOString());
  return `${timeZone}, ${name} on ${dateText(day)} ${rest.startTime}: ${text(startMs)} to ${text(endMs)}, walked ${text(walked.startMs)} to ${text(walked.endMs)}`;
}

describe('times of occurrences where the clocks change', () => {
  it(
    'are those of a walk over all minutes, in every case',
    () => {
      const faults: string[] = [];
      const counts = new Map<string, number>();
      const zones = zoneNames();
      let changing = 0;
      for (const timeZone of zones) {
        const clock = new ClockReader(timeZone);
        const changes = clock.findChanges(NOW_MINUTE, NOW_MINUTE + TWO_YEARS).slice(0, 4);
        changing += changes.length > 0 ? 1 : 0;
        // A zone whose clocks do not change has the cases of a quiet night.
        const cases =
          changes.length > 0 ? changes.flatMap(casesOf) : casesOf({ before: 29_800_000, after: 29_800_060 });
        for (const each of cases) {
          counts.set(each.name, (counts.get(each.name) ?? 0) + 1);
          const fault = compare(timeZone, clock, each);
          if (fault !== null) faults.push(fault);
        }
      }
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const head = `tz ${zoneDataVersion()}: ${zones.length} zones, ${changing} with changes, ${total} cases, ${faults.length} differ`;
      process.stdout.write(`${[head, ...[...counts].map(([name, count]) => `  ${name}: ${count}`)].join('\n')}\n`);
      expect(faults.slice(0, 20)).toEqual([]);
      expect(total).toBeGreaterThan(150);
    },
    ALL ? 1_800_000 : 120_000,
  );
});
