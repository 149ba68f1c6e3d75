import type { Sql } from '@icmp-mon/platform/database';
import type { Part } from './command';

/** Channel of PostgreSQL on which changes of commands are notified, without data. */
export const COMMAND_CHANGED_CHANNEL = 'command_changed';

export const readParts = (sql: Sql, commandId: string): Promise<Part[]> =>
  sql.query<Part>(
    'SELECT agent_id::text AS "agentId", state FROM command_agent WHERE command_id = $1 ORDER BY name, agent_id',
    [commandId],
  );

/** Wakes the streams of commands when the transaction commits. */
export async function notifyChange(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_notify($1, $2)', [COMMAND_CHANGED_CHANNEL, '']);
}
