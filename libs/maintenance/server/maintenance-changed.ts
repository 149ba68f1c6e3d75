import type { Sql } from '@icmp-mon/platform/database';

/** Notified when windows, occurrences, or the targets of open ones have changed. */
export const MAINTENANCE_CHANGED_CHANNEL = 'maintenance_changed';

/** Notifies the processes that serve pages when the transaction commits; several calls in one transaction notify once. */
export async function notifyChanged(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_notify($1, $2)', [MAINTENANCE_CHANGED_CHANNEL, '']);
}
