import { COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';

type KeptCommands = Record<'keptDays' | 'keptMax' | 'agentsKeptMax', number>;

/**
 * Deletes up to `rows` commands with their parts: old ones, and the oldest ones above the largest numbers. Their events remain.
 * Returns their number.
 */
export async function forgetCommands(
  sql: Sql,
  rows: number,
  { keptDays, keptMax, agentsKeptMax }: KeptCommands = COMMAND_LIMITS,
): Promise<number> {
  const deleted = await sql.query(
    `DELETE FROM command WHERE id IN (
       (SELECT id FROM command WHERE requested_at < now() - interval '${keptDays} days' LIMIT $1)
       UNION
       (SELECT id FROM command ORDER BY id DESC OFFSET ${keptMax} LIMIT $1)
       UNION
       (SELECT command_id FROM command_agent ORDER BY command_id DESC OFFSET ${agentsKeptMax} LIMIT $1)) AND state NOT IN ('requested', 'running')
     RETURNING id`,
    [rows],
  );
  return deleted.length;
}

/** Deletes up to `rows` debug trails that are too old; returns their number. */
export async function forgetTrails(sql: Sql, rows: number): Promise<number> {
  const deleted = await sql.query(
    `DELETE FROM command_trail WHERE (command_id, agent_id) IN (
       SELECT command_id, agent_id FROM command_trail
       WHERE stored_at < now() - interval '${COMMAND_LIMITS.trailKeptHours} hours' LIMIT $1)
     RETURNING command_id`,
    [rows],
  );
  return deleted.length;
}
