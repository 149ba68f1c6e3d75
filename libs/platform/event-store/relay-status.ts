import type { Sql } from '@icmp-mon/platform/database';
import { RELAY_LOCK } from './relay-reader';

export interface RelayStatus {
  /** Positions that were assigned and are not published yet, including gaps. */
  behind: number;
  /** Age of the oldest unpublished event, in seconds; null when there is none. */
  oldestS: number | null;
  /** Whether a relay holds the lock. */
  active: boolean;
}

/** Returns the progress of the relay from the control database; works in every process. */
export async function relayStatus(sql: Sql): Promise<RelayStatus> {
  const [row] = await sql.query<{ behind: number; oldest_s: number | null; active: boolean }>(
    `WITH reached AS (SELECT coalesce(max(position), 0) AS position FROM relay_cursor)
     SELECT coalesce((SELECT max(position) FROM event), 0) - reached.position AS behind,
       extract(epoch FROM now() - (SELECT e.occurred_at FROM event e WHERE e.position > reached.position
                                   ORDER BY e.position LIMIT 1))::float8 AS oldest_s,
       EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
                 AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1) AS active
     FROM reached`,
    [RELAY_LOCK],
  );
  return { behind: row?.behind ?? 0, oldestS: row?.oldest_s ?? null, active: row?.active === true };
}
