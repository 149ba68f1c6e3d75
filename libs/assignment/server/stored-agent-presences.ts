import { type AgentPresence, AgentPresences } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { LAST_DECISIONS } from './condition-log';

/** Presence of agents by the last decisions of the watch. */
export class StoredAgentPresences extends AgentPresences {
  constructor(private readonly sql: Pick<Sql, 'query'>) {
    super();
  }

  override async decided(): Promise<AgentPresence[]> {
    const rows = await this.sql.query<Omit<AgentPresence, 'since'> & { since: Date }>(
      `SELECT last.agent_id::text AS "agentId", CASE condition WHEN 'ok' THEN 'present' ELSE 'lost' END AS presence,
         nullif(condition, 'ok') AS condition, since, cause
       FROM ${LAST_DECISIONS} AS last JOIN assignment_agent AS agent ON agent.id = last.agent_id
       WHERE agent.state IN ('active', 'draining')
         AND (condition = 'ok' OR condition IN ('silent', 'unable') AND held_ms > 0)`,
    );
    return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
  }
}
