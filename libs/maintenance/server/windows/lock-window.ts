import type { Sql } from '@icmp-mon/platform/database';
import { zoneDataVersion } from '../occurrences/zone-times';

/** State of the last expansion: version of the window, and release of the tz database. */
export interface Expansion {
  version: number;
  zone_data: string;
}

/**
 * Locks a window until the transaction ends. Everything that changes a window or several of its occurrences takes this lock first, before it
 * appends an event or locks an occurrence: one order, so that a request and the worker cannot wait for each other.
 */
export async function lockWindow(sql: Sql, windowId: string): Promise<Expansion> {
  await sql.execute(
    `INSERT INTO maintenance_expansion (window_id, version, until, zone_data) VALUES ($1, 0, now(), $2) ON CONFLICT DO NOTHING`,
    [windowId, zoneDataVersion()],
  );
  const [expansion] = await sql.query<Expansion>(
    'SELECT version, zone_data FROM maintenance_expansion WHERE window_id = $1 FOR UPDATE',
    [windowId],
  );
  return expansion;
}
