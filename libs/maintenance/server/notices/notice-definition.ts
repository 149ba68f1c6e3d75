import {
  MAINTENANCE_LIMITS,
  type Notice,
  type NoticeObject,
  type WindowDefinition,
} from '@icmp-mon/maintenance/contract';
import { FILTER_LENGTH_MAX, filterText, parseScope, readRange, type TargetFilter } from '@icmp-mon/targets/contract';
import { dayOf } from '../occurrences/zone-times';
import { type ReadNotice, shortened } from './read-notice';

const DAY_MS = 86_400_000;

/** Returns whether the work affects an object, so that what fails is expected. */
const isAffected = ({ impact }: NoticeObject): boolean => impact === 'degraded' || impact === 'outage';

/** Returns the objects that the window covers: the affected ones; all if none is. */
export function coveredObjects({ objects }: Pick<Notice, 'objects'>): NoticeObject[] {
  const affected = objects.filter(isAffected);
  return affected.length > 0 ? affected : objects;
}

/** Returns the filter of the targets of objects: by address for ids that are addresses, otherwise by the tag; or why there is none. */
export function scopeOf(ids: readonly string[], tag: string): { scope: string } | { fault: string } {
  if (ids.length === 0) {
    return {
      fault: 'names no object (X-MAINTNOTE-OBJECT-ID), so that its targets are unknown. Schedule a window for it',
    };
  }
  const addresses = ids.filter(isAddress);
  const values = ids.filter((id) => !isAddress(id));
  const parts: TargetFilter[] = [
    ...(values.length > 0 ? [{ kind: 'oneOf', subject: `tag:${tag}`, values } as const] : []),
    ...(addresses.length > 0 ? [{ kind: 'within', ranges: addresses } as const] : []),
  ];
  const scope = filterText(parts.length === 1 ? parts[0] : { kind: 'or', parts });
  if (scope.length <= FILTER_LENGTH_MAX && parseScope(scope).ok) return { scope };
  return {
    fault: `names ${ids.length} objects, more than a filter can have. Schedule a window for them, such as by another tag`,
  };
}

function isAddress(id: string): boolean {
  const verdict = /^[0-9a-f.:]+$/.test(id) ? readRange(id) : null;
  return verdict?.ok === true && verdict.range.first === verdict.range.last;
}

/**
 * Returns the window that a notice announces, in UTC, so that its times are exact. The time counts in availability if no object is affected:
 * the carrier has promised that nothing fails.
 */
export function noticeDefinition({ notice, summary, startMs, endMs }: ReadNotice, scope: string): WindowDefinition {
  const [date, lastDay] = [dayOf(startMs, 'UTC'), dayOf(endMs, 'UTC')];
  const time = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);
  return {
    title: shortened(
      summary === '' ? `${notice.provider} ${notice.maintenanceId}` : summary,
      MAINTENANCE_LIMITS.titleLength,
    ),
    name: null,
    reason: reasonOf(notice),
    ticket: notice.maintenanceId,
    scope,
    slaClass: notice.objects.some(isAffected) ? 'excluded' : 'counted',
    timeZone: 'UTC',
    date,
    startTime: time(startMs),
    endTime: time(endMs),
    endDayOffset: Math.round((Date.parse(lastDay) - Date.parse(date)) / DAY_MS),
    rrule: null,
    announcedAt: notice.stampedAt,
  };
}

function reasonOf({ provider, account, impact, objects }: Notice): string {
  const of = account === '' ? '' : `, account ${account}`;
  const ids = objects.map(({ id }) => id).join(', ');
  const text = `Announced by ${provider}${of}. Impact: ${impact.replaceAll('_', ' ')}. Objects: ${ids}`;
  return shortened(text, MAINTENANCE_LIMITS.reasonLength);
}

/** Returns a definition with the members that differ between two notices; others keep what people have changed. */
export function mergedDefinition(
  current: WindowDefinition,
  before: WindowDefinition,
  after: WindowDefinition,
): WindowDefinition {
  const changed = Object.entries(after).filter(([member, value]) => before[member as keyof WindowDefinition] !== value);
  const isMoved = changed.some(([member]) => TIMES.includes(member));
  // Local times belong together: a start of the notice must not meet an end that a person has set.
  const times = isMoved ? Object.entries(after).filter(([member]) => TIMES.includes(member)) : [];
  const merged = { ...current, ...Object.fromEntries([...changed, ...times]) };
  // An earlier announcement of the same times holds.
  return { ...merged, announcedAt: isMoved ? after.announcedAt : current.announcedAt };
}

const TIMES = ['timeZone', 'date', 'startTime', 'endTime', 'endDayOffset', 'rrule'];
