import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { unknownWindow } from './maintenance';

/**
 * Returns the dates of the open occurrences of a window, of `date` only if one is given, with their rows locked.
 * @throws DomainError `not_found`; `conflict` if none is open
 */
export async function lockOpen(sql: Sql, windowId: string, date: string | undefined): Promise<string[]> {
  const windows = await sql.query('SELECT FROM maintenance_window WHERE id = $1', [windowId]);
  if (windows.length === 0) throw unknownWindow();
  const rows = await sql.query<{ date: string }>(
    `SELECT date::text AS date FROM maintenance_occurrence
     WHERE window_id = $1 AND state = 'open' AND ($2::date IS NULL OR date = $2::date) ORDER BY date FOR UPDATE`,
    [windowId, date ?? null],
  );
  if (rows.length > 0) return rows.map((row) => row.date);
  const which = date === undefined ? 'No occurrence of the window is open' : `The occurrence of ${date} is not open`;
  throw new DomainError('conflict', `${which}. Skip or move a planned date, or cancel the window.`);
}
