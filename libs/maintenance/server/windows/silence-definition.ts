import type { MaintenanceSilenced, WindowDefinition } from '@icmp-mon/maintenance/contract';
import { dayOf } from '../occurrences/zone-times';

const DAY_MS = 86_400_000;

/** Returns a silence in the form of a window, in UTC. Its time counts in availability. */
export function silenceDefinition({
  scope,
  reason,
  startsAt,
  endsAt,
}: Pick<MaintenanceSilenced['data'], 'scope' | 'reason' | 'startsAt' | 'endsAt'>): WindowDefinition {
  const date = dayOf(Date.parse(startsAt), 'UTC');
  const lastDay = dayOf(Date.parse(endsAt), 'UTC');
  return {
    title: 'Silence',
    name: null,
    reason,
    ticket: null,
    scope,
    slaClass: 'counted',
    timeZone: 'UTC',
    date,
    startTime: startsAt.slice(11, 16),
    endTime: endsAt.slice(11, 16),
    endDayOffset: Math.round((Date.parse(lastDay) - Date.parse(date)) / DAY_MS),
    rrule: null,
    announcedAt: null,
  };
}
