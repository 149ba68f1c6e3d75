import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { openDates } from '../occurrences/open-dates';
import { unknownWindow } from './maintenance';

/**
 * Returns the dates of the open occurrences of a window, of `date` only if one is given, with their rows locked.
 * @throws DomainError `not_found`; `conflict` if none is open
 */
export async function lockOpen(sql: Sql, windowId: string, date: string | undefined): Promise<string[]> {
  const windows = await sql.query('SELECT FROM maintenance_window WHERE id = $1', [windowId]);
  if (windows.length === 0) throw unknownWindow();
  const dates = await openDates(sql, windowId, date);
  if (dates.length > 0) return dates;
  const which = date === undefined ? 'No occurrence of the window is open' : `The occurrence of ${date} is not open`;
  throw new DomainError('conflict', `${which}. Skip or move a planned date, or cancel the window.`);
}
