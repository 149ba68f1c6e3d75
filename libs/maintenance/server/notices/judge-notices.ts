import {
  type ImportNoticesRequest,
  type ImportedNotice,
  type MappedObject,
  NOTICE_TAG,
  type WindowDefinition,
} from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { counted } from '@icmp-mon/platform/text';
import { TAG_KEY, type TargetScopes } from '@icmp-mon/targets/contract';
import { zoneName } from '../occurrences/zone-times';
import { fault, readDefinition, refuseFaults } from '../windows/read-definition';
import { type CalendarComponent, readCalendar } from './content-lines';
import { decideNotice, type NoticeDecision } from './decide-notice';
import { otherUids, readKnownNotice } from './known-notice';
import { coveredObjects, noticeDefinition, scopeOf } from './notice-definition';
import { type NoNotice, readNotice, type ReadNotice } from './read-notice';

/** Events of a file. */
export const NOTICES_MAX = 100;

/** A notice of a file with what it maps to. */
export interface MappedNotice {
  read: ReadNotice;
  /** Null if it names no object. */
  definition: WindowDefinition | null;
  objects: MappedObject[];
}

/**
 * Returns the events of a calendar file: notices, and why others are none.
 * @throws DomainError `invalid`, `too_large` for a file that cannot be read
 */
export function readNotices({
  calendar,
  timeZone = 'UTC',
  tag = NOTICE_TAG,
}: ImportNoticesRequest): (ReadNotice | NoNotice)[] {
  const zone = zoneName(timeZone);
  refuseFaults([
    ...(zone === null ? [fault('timeZone', 'is not a zone of the tz database, such as Europe/Berlin or UTC')] : []),
    ...(TAG_KEY.test(tag) ? [] : [fault('tag', 'is not the key of a tag')]),
  ]);
  const read = readCalendar(calendar).flatMap(({ components, properties }) => {
    const method =
      properties
        .find(({ name }) => name === 'METHOD')
        ?.value.trim()
        .toUpperCase() ?? '';
    const events = components.filter(({ name }) => name === 'VEVENT');
    const context = { zones: definedZones(components), timeZone: zone ?? 'UTC' };
    return events.slice(0, NOTICES_MAX + 1).map((event) => readNotice(event, method, context));
  });
  if (read.length === 0) throw refusedFile('has no event (VEVENT)');
  if (read.length > NOTICES_MAX) throw refusedFile(`has more than ${NOTICES_MAX} events. Split it`);
  return read;
}

const refusedFile = (what: string): DomainError => {
  const detail = `The calendar ${what}.`;
  return new DomainError('invalid', detail, [{ pointer: '#/calendar', detail }]);
};

function definedZones(components: readonly CalendarComponent[]): Map<string, CalendarComponent> {
  const zones = components.filter(({ name }) => name === 'VTIMEZONE');
  return new Map(zones.map((zone) => [zone.properties.find(({ name }) => name === 'TZID')?.value.trim() ?? '', zone]));
}

/**
 * Maps the objects of a notice to targets, and returns the window that it announces.
 * @throws DomainError `invalid` if no window can be made of it
 */
export async function mapNotice(sql: Sql, scopes: TargetScopes, read: ReadNotice, tag: string): Promise<MappedNotice> {
  const covered = new Set(coveredObjects(read.notice).map(({ id }) => id));
  const scope = scopeOf([...covered], tag);
  const ends = read.notice.status === 'cancelled' || read.notice.status === 'completed';
  if ('fault' in scope) {
    if (!ends) throw new DomainError('invalid', `It ${scope.fault}.`);
    return { read, definition: null, objects: [] };
  }
  const counts = await countTargets(sql, scopes, [...covered], tag);
  const objects = read.notice.objects.map((object) => {
    return { ...object, isCovered: covered.has(object.id), targetCount: counts.get(object.id) ?? 0 };
  });
  return { read, definition: readDefinition(noticeDefinition(read, scope.scope)), objects };
}

/** Returns how many targets each object has now, by one statement. */
async function countTargets(
  sql: Sql,
  scopes: TargetScopes,
  ids: readonly string[],
  tag: string,
): Promise<Map<string, number>> {
  const params: unknown[] = [];
  const parts = ids.map((id, at) => {
    const mapped = scopeOf([id], tag);
    if ('fault' in mapped) throw new DomainError('invalid', `It ${mapped.fault}.`);
    return `SELECT ${at} AS at, count(*)::integer AS count FROM (${scopes.selectKeys(mapped.scope, params)}) AS mapped`;
  });
  const rows = await sql.query<{ at: number; count: number }>(parts.join(' UNION ALL '), params);
  return new Map(rows.map(({ at, count }) => [ids[at], count]));
}

/** Decides what the import of a notice does now. */
export async function judgeNotice(sql: Sql, mapped: MappedNotice, nowMs: number) {
  const { read, definition } = mapped;
  const known = await readKnownNotice(sql, read.notice);
  const decision = decideNotice({ ...read, definition }, known, nowMs);
  const others = decision.action === 'schedule' ? await otherUids(sql, read.notice) : [];
  return { known, decision, others };
}

/** Returns a notice as it is shown. */
export function shownNotice(
  { read, definition, objects }: MappedNotice,
  { action, why }: NoticeDecision,
  { windowId, others }: { windowId: string | null; others: readonly string[] },
): ImportedNotice {
  const { provider, account, maintenanceId, uid, status, impact } = read.notice;
  return {
    ...{ notice: { provider, account, maintenanceId, uid }, summary: read.summary, status, impact },
    ...{ startsAt: new Date(read.startMs).toISOString(), endsAt: new Date(read.endMs).toISOString() },
    ...{ objects, scope: definition?.scope ?? null, action, why, windowId },
    notes: [...read.notes, ...(action === 'none' ? [] : notesOn(objects, others))],
  };
}

function notesOn(objects: readonly MappedObject[], others: readonly string[]): string[] {
  const unmapped = objects.filter(({ isCovered, targetCount }) => isCovered && targetCount === 0);
  const spared = objects.filter(({ isCovered }) => !isCovered);
  const list = (some: readonly MappedObject[]): string => some.map(({ id }) => id).join(', ');
  return [
    ...(unmapped.length > 0
      ? [
          `${counted(unmapped.length, 'object')} without targets: ${list(unmapped)}. Tag their targets; the window finds them then.`,
        ]
      : []),
    ...(spared.length > 0 ? [`Not in the window, because nothing fails there: ${list(spared)}.`] : []),
    ...(others.length > 0
      ? [
          `Another window of this maintenance has the UID ${others.join(', ')}. If this notice replaces it, cancel that window.`,
        ]
      : []),
  ];
}

/** Returns an event that was refused as it is shown. */
export const refusedNotice = (summary: string, why: string, read: ReadNotice | null): ImportedNotice => ({
  notice: read === null ? null : keyOf(read),
  ...{ summary, status: read?.notice.status ?? null, impact: read?.notice.impact ?? null },
  startsAt: read === null ? null : new Date(read.startMs).toISOString(),
  endsAt: read === null ? null : new Date(read.endMs).toISOString(),
  ...{ objects: [], scope: null, action: 'refused', why, notes: [], windowId: null },
});

const keyOf = ({ notice: { provider, account, maintenanceId, uid } }: ReadNotice) => ({
  ...{ provider, account, maintenanceId, uid },
});
