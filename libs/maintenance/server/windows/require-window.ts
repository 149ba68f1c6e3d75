import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import { isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type Changes, hasOccurrenceAfter } from '../occurrences/planned-occurrences';
import { fault, refuseFaults } from './read-definition';
import { IS_ACTIVE } from './window-rows';

/** Constraint that holds names unique among windows that are not cancelled. */
const NAME_INDEX = 'maintenance_window_name';

/** @throws DomainError `invalid` if no occurrence ends after now */
export function requireFuture(definition: WindowDefinition, changes: Changes, nowMs: number): void {
  if (hasOccurrenceAfter(definition, changes, nowMs)) return;
  refuseFaults([fault('date', 'is in the past: the window has no occurrence that ends after now')]);
}

/** Concurrent requests may exceed the limit by their number. @throws DomainError `conflict` */
export async function requireRoom(sql: Sql, windowsMax: number): Promise<void> {
  const [{ count }] = await sql.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM maintenance_window w LEFT JOIN maintenance_expansion e ON e.window_id = w.id WHERE ${IS_ACTIVE}`,
  );
  if (count < windowsMax) return;
  const detail = `There are ${count.toLocaleString('en')} windows and silences, which is the limit. Cancel some first.`;
  throw new DomainError('conflict', detail);
}

/** Returns a handler of errors that reports a name in use by another window. */
export const nameInUse =
  (name: string | null) =>
  (error: unknown): never => {
    if (!isUniqueViolation(error, NAME_INDEX)) throw error;
    const detail = `Another window has the name "${name}". Amend that one, cancel it, or choose another name.`;
    throw new DomainError('conflict', detail, [{ pointer: '#/name', detail: 'is the name of another window' }]);
  };
