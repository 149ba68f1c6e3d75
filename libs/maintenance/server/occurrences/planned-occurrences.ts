import { type DateChange, MAINTENANCE_LIMITS, type WindowDefinition } from '@icmp-mon/maintenance/contract';
import { datesOf } from './date-rule';
import { dayOf, type ResolvedTimes, resolveTimes } from './zone-times';

/** Days by which an occurrence may be moved from its date, so that expansion finds it. */
export const MOVED_DAYS_MAX = 62;
const DAY_MS = 86_400_000;

export interface PlannedOccurrence extends ResolvedTimes {
  /** Date by the rule. */
  date: string;
  moved: boolean;
}

export type Changes = Readonly<Record<string, DateChange>>;

/**
 * Returns the occurrences of a window that end after `fromMs` and begin by `toMs`, in the order of their dates, at most `limit`. Skipped dates
 * are missing, moved ones have their own times.
 */
export function plannedOccurrences(
  definition: WindowDefinition,
  changes: Changes,
  { fromMs, toMs, limit = Infinity }: { fromMs: number; toMs: number; limit?: number },
): PlannedOccurrence[] {
  const { timeZone, date: first, rrule } = definition;
  const reachMs = (MAINTENANCE_LIMITS.endDayOffset + 1 + MOVED_DAYS_MAX) * DAY_MS;
  const from = dayOf(fromMs - reachMs, timeZone);
  const to = dayOf(toMs + MOVED_DAYS_MAX * DAY_MS, timeZone);
  const planned: PlannedOccurrence[] = [];
  for (const date of datesOf(rrule, first, from, to)) {
    const occurrence = occurrenceOn(definition, date, changes[date]);
    if (occurrence === null || occurrence.endMs <= fromMs || occurrence.startMs > toMs) continue;
    planned.push(occurrence);
    if (planned.length >= limit) break;
  }
  return planned;
}

/** Returns the occurrence of a date of the rule; null if it is skipped. */
export function occurrenceOn(
  definition: WindowDefinition,
  date: string,
  change: DateChange | undefined,
): PlannedOccurrence | null {
  if (change?.kind === 'skipped') return null;
  const times = change ?? definition;
  const onDate = change?.onDate ?? date;
  return { date, moved: change !== undefined, ...resolveTimes(definition.timeZone, onDate, times) };
}

/** Returns whether the rule of a window has a date. */
export const hasDate = ({ rrule, date: first }: WindowDefinition, date: string): boolean =>
  datesOf(rrule, first, date, date).length === 1;

/** Returns whether an occurrence of a window ends after an instant, within ten years. */
export function hasOccurrenceAfter(definition: WindowDefinition, changes: Changes, fromMs: number): boolean {
  const years = [1, 10];
  return years.some((count) => {
    const toMs = fromMs + count * 366 * DAY_MS;
    return plannedOccurrences(definition, changes, { fromMs, toMs, limit: 1 }).length > 0;
  });
}
