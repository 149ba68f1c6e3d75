import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Times at which one date of a window was open; more amendments of one day are not planned again. */
const TIMES_PER_DATE_MAX = 20;

/**
 * Plans closed occurrences again whose window was amended, after they had been planned, to times that are not over. They begin now if the new
 * start has passed: the time from there was not in maintenance. Former times are kept in `earlier`, with the record of their targets.
 * @param planned rows of JSON with `date`, `moved`, `startsAt` and `endsAt`
 */
export async function reopenClosed(
  sql: Sql,
  windowId: string,
  { title, scope, slaClass, timeZone }: WindowDefinition,
  planned: string,
  now: Date,
): Promise<void> {
  await sql.execute(
    `UPDATE maintenance_occurrence o SET state = 'planned', title = $2, scope = $3, sla_class = $4, time_zone = $5, moved = p.moved,
       earlier = o.earlier || jsonb_build_object('startsAt', o.starts_at, 'endsAt', o.ends_at, 'slaClass', o.sla_class,
         'openedAt', o.opened_at, 'closedAt', o.closed_at, 'closeCause', o.close_cause, 'targetCount', o.target_count,
         'plannedStart', o.planned_starts_at, 'plannedEnd', o.planned_ends_at),
       starts_at = greatest(p."startsAt", $7, o.closed_at), ends_at = p."endsAt", planned_starts_at = p."startsAt", planned_ends_at = p."endsAt",
       opened_at = NULL, closed_at = NULL, close_cause = NULL, target_count = NULL
     FROM json_to_recordset($6::json) AS p (date date, moved boolean, "startsAt" timestamptz, "endsAt" timestamptz)
     WHERE o.window_id = $1 AND o.date = p.date AND o.kind = 'window' AND o.state = 'closed' AND p."endsAt" > greatest($7, o.closed_at)
       AND (o.planned_starts_at, o.planned_ends_at) IS DISTINCT FROM (p."startsAt", p."endsAt")
       AND jsonb_array_length(o.earlier) < ${TIMES_PER_DATE_MAX}`,
    [windowId, title, scope, slaClass, timeZone, planned, now],
  );
}

/**
 * Lets occurrences that were to open again be closed as before if they are no longer planned, or again at their former times. `after` null: also
 * those whose start has passed.
 */
export async function restoreClosed(
  sql: Sql,
  windowId: string,
  { planned, after }: { planned: string; after: Date | null },
): Promise<void> {
  await sql.execute(
    `UPDATE maintenance_occurrence o SET state = 'closed', earlier = o.earlier - (-1), sla_class = l.last ->> 'slaClass',
       starts_at = (l.last ->> 'startsAt')::timestamptz, ends_at = (l.last ->> 'endsAt')::timestamptz,
       opened_at = (l.last ->> 'openedAt')::timestamptz, closed_at = (l.last ->> 'closedAt')::timestamptz,
       close_cause = l.last ->> 'closeCause', target_count = (l.last ->> 'targetCount')::integer,
       planned_starts_at = (l.last ->> 'plannedStart')::timestamptz, planned_ends_at = (l.last ->> 'plannedEnd')::timestamptz
     FROM (SELECT window_id, date, earlier -> -1 AS last FROM maintenance_occurrence
       WHERE window_id = $1 AND state = 'planned' AND earlier <> '[]' AND ($3::timestamptz IS NULL OR starts_at > $3)) AS l
     WHERE o.window_id = l.window_id AND o.date = l.date AND NOT EXISTS (
       SELECT FROM json_to_recordset($2::json) AS p (date date, "startsAt" timestamptz, "endsAt" timestamptz)
       WHERE p.date = l.date AND (p."startsAt", p."endsAt") IS DISTINCT FROM
         ((l.last ->> 'plannedStart')::timestamptz, (l.last ->> 'plannedEnd')::timestamptz))`,
    [windowId, planned, after],
  );
}
