import type { ClockNote, LocalTimes } from '@icmp-mon/maintenance/contract';
import { Temporal } from 'temporal-polyfill';

/** An end of an occurrence as an instant, ms since 1970. */
interface ResolvedTime {
  atMs: number;
  note: ClockNote | null;
}

/** An occurrence as instants, ms since 1970; the end is exclusive. */
export interface ResolvedTimes {
  startMs: number;
  endMs: number;
  startNote: ClockNote | null;
  endNote: ClockNote | null;
}

/**
 * Resolves the local times of an occurrence in its zone.
 *
 *   clocks go forward 02:00 ─▶ 03:00            clocks go back 03:00 ─▶ 02:00
 *   ──01:59│03:00──▶                            ──02:00──02:59│02:00──02:59──03:00──▶
 *          ▲ 02:30 has no instant: this one        ▲ start 02:30        ▲ end 02:30
 *
 * - A time that the clocks skip is the first instant after the gap.
 * - A time that the clocks show twice is the earlier instant as a start, the later one as an end.
 * - So an occurrence reaches from the first time at which the clocks show its start to the last at which they show its end. One whose both
 *   ends are skipped would be empty: it begins after the gap and keeps its length on the wall.
 */
export function resolveTimes(timeZone: string, onDate: string, times: LocalTimes): ResolvedTimes {
  const { start, end } = wallTimes(onDate, times);
  const { atMs: startMs, note: startNote } = resolveTime(start, timeZone, 'start');
  const { atMs: endMs, note: endNote } = resolveTime(end, timeZone, 'end');
  return { startMs, endMs: endMs > startMs ? endMs : startMs + wallMs(onDate, times), startNote, endNote };
}

/** Returns the length of an occurrence by the clock on the wall, ms. */
export function wallMs(onDate: string, times: LocalTimes): number {
  const { start, end } = wallTimes(onDate, times);
  return start.until(end).total('milliseconds');
}

function wallTimes(
  onDate: string,
  { startTime, endTime, endDayOffset }: LocalTimes,
): Record<'start' | 'end', Temporal.PlainDateTime> {
  const date = Temporal.PlainDate.from(onDate);
  return {
    start: date.toPlainDateTime(startTime),
    end: date.add({ days: endDayOffset }).toPlainDateTime(endTime),
  };
}

function resolveTime(wall: Temporal.PlainDateTime, timeZone: string, which: 'start' | 'end'): ResolvedTime {
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timeZone, { disambiguation: 'later' });
  const isAmbiguous = !earlier.equals(later);
  // Temporal moves a skipped time by the length of the gap; the gap ends at the next transition after the earlier reading.
  if (isAmbiguous && !earlier.toPlainDateTime().equals(wall)) {
    return {
      atMs: earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? later.epochMilliseconds,
      note: 'in_gap',
    };
  }
  const { epochMilliseconds: atMs } = which === 'start' ? earlier : later;
  return { atMs, note: isAmbiguous ? 'ambiguous' : null };
}

/** Returns a time as the clocks of a zone show it: `2026-03-29T03:00+02:00`. */
export function clockText(atMs: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' });
}

/** Returns the day of an instant in a zone, `YYYY-MM-DD`. */
export const dayOf = (atMs: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();

/** Returns whether the clocks of a zone change between two instants. */
export function clocksChange(timeZone: string, fromMs: number, toMs: number): boolean {
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone);
  const next = from.getTimeZoneTransition('next');
  return next !== null && next.epochMilliseconds < toMs;
}

/** Returns the name of a zone as the tz database spells it; null for a text that is not the name of one. */
export function zoneName(text: string): string | null {
  // Offsets such as +02:00 are zones of Temporal, but do not follow the clocks of any place.
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Version of the data of the tz database that this process uses. */
export const zoneDataVersion = (): string => process.versions['tz'] ?? 'unknown';
