import type {
  CalendarEvent,
  MaintenanceEvent,
  OccurrenceEvent,
  WindowDefinition,
} from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type AuditFields, audited, flatFields } from '@icmp-mon/platform/plugins';
import { counted } from '@icmp-mon/platform/text';
import { CALENDAR } from './calendar/calendar-token';
import { OCCURRENCE } from './occurrences/occurrence';
import { MAINTENANCE } from './windows/maintenance';

const definitionFields = (definition: WindowDefinition): AuditFields =>
  Object.assign({}, ...Object.entries(definition).map(([name, value]) => flatFields(name, value))) as AuditFields;

/** How the audit describes the events of windows and silences. */
export const MAINTENANCE_AUDIT = audited<MaintenanceEvent>({
  aggregate: MAINTENANCE,
  kind: 'maintenance window',
  types: {
    MaintenanceScheduled: {
      did: ({ definition }) => `scheduled the window "${definition.title}"`,
      fields: ({ definition }) => definitionFields(definition),
    },
    MaintenanceAmended: {
      did: ({ definition }) => `amended the window "${definition.title}"`,
      fields: ({ definition }, before) => ({ ...datesOf(before), ...definitionFields(definition) }),
    },
    MaintenanceDateChanged: {
      did: ({ date, change }) => `${DATE_VERBS[change?.kind ?? 'restored']} the occurrence of ${date}`,
      fields: ({ date, change }, before) => ({
        ...before,
        [`date:${date}`]: change === null ? null : textOf(change),
      }),
    },
    MaintenanceZoneChanged: {
      did: ({ moved, zoneData, timeZone }) =>
        `moved ${counted(moved.length, 'occurrence')}: the data of ${timeZone} changed with release ${zoneData.after} of the tz database`,
    },
    MaintenanceNoticeImported: {
      did: ({ notice }) =>
        `imported the notice ${notice.maintenanceId} of ${notice.provider} (${notice.status}, sequence ${notice.sequence})`,
    },
    MaintenanceCancelled: { did: () => 'cancelled the window' },
    MaintenanceSilenced: {
      did: ({ scope, endsAt }) => `silenced ${scope} until ${endsAt}`,
      fields: ({ scope, reason, startsAt, endsAt }) => ({ scope, reason, startsAt, endsAt }),
    },
  },
  nameEntities: nameWindows,
});

/** How the audit describes the events of occurrences. */
export const OCCURRENCE_AUDIT = audited<OccurrenceEvent>({
  aggregate: OCCURRENCE,
  kind: 'maintenance occurrence',
  references: { window: 'maintenance window' },
  types: {
    OccurrenceOpened: {
      did: ({ date }) => `opened the occurrence of ${date}`,
      fields: ({ windowId, scope, slaClass, startsAt, endsAt }) => ({
        window: windowId,
        scope,
        slaClass,
        startsAt,
        endsAt,
      }),
    },
    OccurrenceExtended: {
      did: ({ endsAt }) => `extended the occurrence until ${endsAt}`,
      fields: ({ endsAt }, before) => ({ ...before, endsAt }),
    },
    OccurrenceAmended: {
      did: ({ date, reason }) => `amended the record of the occurrence of ${date}: ${reason}`,
      fields: ({ startsAt, closedAt, slaClass }, before) => ({ ...before, startsAt, closedAt, slaClass }),
    },
    OccurrenceClosed: {
      did: ({ cause, targetCount }) => `${CLOSE_VERBS[cause]} the occurrence, with ${counted(targetCount, 'target')}`,
      fields: ({ closedAt }, before) => ({ ...before, closedAt }),
    },
  },
  nameEntities: (_sql, ids) => Promise.resolve(new Map(ids.map((id) => [id, id.slice(id.indexOf('@') + 1)]))),
});

/** How the audit describes the tokens of calendar feeds. */
export const CALENDAR_AUDIT = audited<CalendarEvent>({
  aggregate: CALENDAR,
  kind: 'calendar feed',
  types: {
    CalendarTokenIssued: { did: () => 'created the token of a calendar feed' },
    CalendarTokenRevoked: { did: () => 'revoked the token of a calendar feed' },
  },
});

const DATE_VERBS = { skipped: 'skipped', moved: 'moved', restored: 'restored' } as const;
const CLOSE_VERBS = { planned_end: 'closed', ended_early: 'ended', cancelled: 'cancelled' } as const;

const textOf = (change: object): string => Object.values(change).join(' ');

/** The changed dates of a window, which an amendment keeps. */
const datesOf = (fields: AuditFields): AuditFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name.startsWith('date:')));

async function nameWindows(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string; title: string }>(
    `SELECT id::text AS id, definition ->> 'title' AS title FROM maintenance_window WHERE id::text = ANY ($1::text[])`,
    [ids],
  );
  return new Map(rows.map(({ id, title }) => [id, title]));
}
