import type { ChangeDateRequest, DateChange } from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { isDate } from '../occurrences/date-rule';
import { MOVED_DAYS_MAX } from '../occurrences/planned-occurrences';
import type { MaintenanceState } from './maintenance';
import { fault, refuseFaults, timesFaults } from './read-definition';

const DAY_MS = 86_400_000;

/** @throws DomainError `not_found` for a text that is not a date */
export function requireDate(date: string): string {
  if (isDate(date)) return date;
  throw new DomainError('not_found', `"${date.slice(0, 20)}" is not a date of an occurrence, such as 2027-03-28.`);
}

/**
 * Returns a function that completes a change of a date by the times of the window.
 * @throws DomainError `invalid`, here or when it is called with the window
 */
export function readDateChange(
  date: string,
  { skip = false, ...times }: ChangeDateRequest,
): (state: MaintenanceState) => DateChange {
  const given = Object.entries(times).filter(([, value]) => value !== undefined);
  if (skip) {
    refuseFaults(given.map(([member]) => fault(member, 'has no meaning for a date that is skipped')));
    return () => ({ kind: 'skipped' });
  }
  if (given.length === 0) refuseFaults([fault('skip', 'must be true, or a time of the occurrence must be given')]);
  const { onDate = date } = times;
  const farthest = MOVED_DAYS_MAX * DAY_MS;
  if (!isDate(onDate) || Math.abs(Date.parse(onDate) - Date.parse(date)) > farthest) {
    refuseFaults([fault('onDate', `must be a date at most ${MOVED_DAYS_MAX} days from ${date}`)]);
  }
  return (state) => {
    const { startTime, endTime, endDayOffset } = state.kind === 'window' ? state.definition : SILENT;
    const change = {
      startTime: times.startTime ?? startTime,
      endTime: times.endTime ?? endTime,
      endDayOffset: times.endDayOffset ?? endDayOffset,
    };
    refuseFaults(timesFaults(change));
    return { kind: 'moved', onDate, ...change };
  };
}

/** Times for a state that the decision refuses. */
const SILENT = { startTime: '00:00', endTime: '00:00', endDayOffset: 1 };
