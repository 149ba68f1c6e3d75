import type { Sql } from '@icmp-mon/platform/database';

/** Returns the dates of the open occurrences of a window, of `only` if it is given, with their rows locked. */
export async function openDates(sql: Sql, windowId: string, only?: string): Promise<string[]> {
  const rows = await sql.query<{ date: string }>(
    `SELECT date::text AS date FROM maintenance_occurrence
     WHERE window_id = $1 AND state = 'open' AND ($2::date IS NULL OR date = $2::date) ORDER BY date FOR UPDATE`,
    [windowId, only ?? null],
  );
  return rows.map(({ date }) => date);
}
