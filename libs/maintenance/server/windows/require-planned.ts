import type { DateChange } from '@icmp-mon/maintenance/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { occurrenceOn } from '../occurrences/planned-occurrences';
import type { MaintenanceState } from './maintenance';
import { fault, refuseFaults } from './read-definition';

/** An occurrence that is moved into the past would never begin. @throws DomainError `invalid` */
export function requireLater(state: MaintenanceState, date: string, change: DateChange | null, nowMs: number): void {
  if (state.kind !== 'window' || change?.kind !== 'moved') return;
  const moved = occurrenceOn(state.definition, date, change);
  if (moved === null || moved.endMs > nowMs) return;
  refuseFaults([fault('onDate', 'with these times is in the past: the occurrence would have ended before now')]);
}

/** An occurrence that has begun is changed by ending or extending it. The lock makes the worker wait, or this request for it. */
export async function requirePlanned(
  sql: Sql,
  id: string,
  date: string,
  { nowMs, isMoved }: { nowMs: number; isMoved: boolean },
): Promise<void> {
  const [row] = await sql.query<{ state: string; starts_at: Date }>(
    'SELECT state, starts_at FROM maintenance_occurrence WHERE window_id = $1 AND date = $2::date FOR UPDATE',
    [id, date],
  );
  if (row === undefined || (row.state === 'planned' && row.starts_at.getTime() > nowMs)) return;
  // To a time that is not over: it opens again.
  if (row.state === 'closed' && isMoved) return;
  const detail =
    row.state === 'closed'
      ? `The occurrence of ${date} has closed. Amend its record, or move it to a later time.`
      : `The occurrence of ${date} has begun. End it early, or extend it.`;
  throw new DomainError('conflict', detail);
}

/** Returns whether an event moves a date. */
export const isMove = ({ data }: { data: object }): boolean =>
  'change' in data && (data.change as DateChange | null)?.kind === 'moved';
