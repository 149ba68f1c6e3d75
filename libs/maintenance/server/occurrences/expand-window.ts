import { MAINTENANCE_LIMITS, type MovedOccurrence, type WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type Changes, hasOccurrenceAfter, type PlannedOccurrence, plannedOccurrences } from './planned-occurrences';
import { reopenClosed, restoreClosed } from './reopen-occurrences';
import { dayOf, zoneDataVersion } from './zone-times';
import { lockWindow } from '../windows/lock-window';

const DAY_MS = 86_400_000;
export const HORIZON_MS = MAINTENANCE_LIMITS.horizonDays * DAY_MS;

interface WindowRow {
  kind: string;
  definition: WindowDefinition;
  changes: Changes;
  silenced: { startsAt: string; endsAt: string } | null;
  version: number;
  cancelled_at: Date | null;
}

/** The occurrences that an expansion moved because the zone data is new. */
export interface ExpandedWindow {
  zoneData: { before: string; after: string };
  moved: MovedOccurrence[];
}

/**
 * Expands the occurrences of a window up to the horizon: inserts, moves and deletes planned rows. Rows that are open, and planned ones
 * whose start has passed, stay as they are; closed ones too, unless their window was amended to a later time of the date. Runs alone per window, by its lock.
 */
export async function expandWindow(sql: Sql, windowId: string, nowMs: number): Promise<ExpandedWindow> {
  const zoneData = zoneDataVersion();
  const before = await lockWindow(sql, windowId);
  const [window] = await sql.query<WindowRow>(
    'SELECT kind, definition, changes, silenced, version, cancelled_at FROM maintenance_window WHERE id = $1',
    [windowId],
  );
  if (window === undefined) return { zoneData: { before: zoneData, after: zoneData }, moved: [] };
  const planned = window.cancelled_at === null ? plannedOf(window, nowMs) : [];
  const moved = await storePlanned(sql, windowId, window, planned, nowMs);
  await sql.execute(
    'UPDATE maintenance_expansion SET version = $2, until = $3, zone_data = $4, has_later = $5 WHERE window_id = $1',
    [windowId, window.version, new Date(nowMs + HORIZON_MS), zoneData, planned.length === 0 && hasLater(window, nowMs)],
  );
  const isZoneChange = before.version === window.version && before.zone_data !== zoneData;
  return { zoneData: { before: before.zone_data, after: zoneData }, moved: isZoneChange ? moved : [] };
}

function plannedOf({ definition, changes, silenced }: WindowRow, nowMs: number): PlannedOccurrence[] {
  if (silenced === null) return plannedOccurrences(definition, changes, { fromMs: nowMs, toMs: nowMs + HORIZON_MS });
  const [startMs, endMs] = [Date.parse(silenced.startsAt), Date.parse(silenced.endsAt)];
  if (endMs <= nowMs) return [];
  return [{ date: dayOf(startMs, 'UTC'), moved: false, startMs, endMs, startNote: null, endNote: null }];
}

/** Returns whether a window without planned occurrences has some beyond the horizon. */
function hasLater({ definition, changes, silenced, cancelled_at }: WindowRow, nowMs: number): boolean {
  return silenced === null && cancelled_at === null && hasOccurrenceAfter(definition, changes, nowMs);
}

/** Returns the occurrences that existed and have other times now. */
async function storePlanned(
  sql: Sql,
  windowId: string,
  { kind, definition }: WindowRow,
  planned: readonly PlannedOccurrence[],
  nowMs: number,
): Promise<MovedOccurrence[]> {
  const now = new Date(nowMs);
  const dates = planned.map(({ date }) => date);
  const rows = JSON.stringify(planned.map(rowOf));
  await restoreClosed(sql, windowId, { planned: rows, after: now });
  await sql.execute(
    `DELETE FROM maintenance_occurrence
     WHERE window_id = $1 AND state = 'planned' AND starts_at > $2 AND NOT (date = ANY ($3::date[]))`,
    [windowId, now, dates],
  );
  const stored = await sql.query<{ date: string; starts_at: Date; ends_at: Date }>(
    `SELECT date::text AS date, starts_at, ends_at FROM maintenance_occurrence WHERE window_id = $1 AND state = 'planned' AND starts_at > $2`,
    [windowId, now],
  );
  const known = new Map(stored.map((row) => [row.date, row]));
  const { title, scope, slaClass, timeZone } = definition;
  await sql.execute(
    `INSERT INTO maintenance_occurrence AS o (window_id, date, kind, title, scope, sla_class, time_zone, moved, starts_at, ends_at,
       planned_starts_at, planned_ends_at)
     SELECT $1, p.date, $2, $3, $4, $5, $6, p.moved, p."startsAt", p."endsAt", p."startsAt", p."endsAt"
     FROM json_to_recordset($7::json) AS p (date date, moved boolean, "startsAt" timestamptz, "endsAt" timestamptz)
     ON CONFLICT (window_id, date) DO UPDATE SET title = excluded.title, scope = excluded.scope, sla_class = excluded.sla_class,
       time_zone = excluded.time_zone, moved = excluded.moved, ends_at = excluded.ends_at,
       starts_at = CASE WHEN o.earlier = '[]' THEN excluded.starts_at ELSE greatest(excluded.starts_at, $8) END,
       planned_starts_at = excluded.planned_starts_at, planned_ends_at = excluded.planned_ends_at
     WHERE o.state = 'planned' AND o.starts_at > $8`,
    [windowId, kind, title, scope, slaClass, timeZone, rows, now],
  );
  await reopenClosed(sql, windowId, definition, rows, now);
  return planned.flatMap((occurrence) => {
    const row = known.get(occurrence.date);
    const { startsAt, endsAt } = rowOf(occurrence);
    if (row === undefined) return [];
    const was = { startsAt: row.starts_at.toISOString(), endsAt: row.ends_at.toISOString() };
    const isSame = was.startsAt === startsAt && was.endsAt === endsAt;
    return isSame ? [] : [{ date: occurrence.date, before: was, after: { startsAt, endsAt } }];
  });
}

const rowOf = ({ date, moved, startMs, endMs }: PlannedOccurrence) => ({
  ...{ date, moved },
  startsAt: new Date(startMs).toISOString(),
  endsAt: new Date(endMs).toISOString(),
});
