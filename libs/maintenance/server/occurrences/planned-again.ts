import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { OccurrenceKey } from './members';
import { type Changes, occurrenceOn } from './planned-occurrences';

/** Returns whether the window was amended while an occurrence was open, so that its date is planned at another time now. */
export async function isPlannedAgain(sql: Sql, { windowId, date }: OccurrenceKey): Promise<boolean> {
  const [row] = await sql.query<{ definition: WindowDefinition; changes: Changes; startsAt: Date; endsAt: Date }>(
    `SELECT w.definition, w.changes, o.planned_starts_at AS "startsAt", o.planned_ends_at AS "endsAt"
     FROM maintenance_occurrence o JOIN maintenance_window w ON w.id = o.window_id
     WHERE o.window_id = $1 AND o.date = $2::date AND o.kind = 'window' AND w.cancelled_at IS NULL`,
    [windowId, date],
  );
  const planned = row === undefined ? null : occurrenceOn(row.definition, date, row.changes[date]);
  return planned !== null && (planned.startMs !== row.startsAt.getTime() || planned.endMs !== row.endsAt.getTime());
}
