import type { AgentProcess } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** A process without a report for this long counts as ended. */
const ENDED_AFTER_S = 30;

interface ProcessRow {
  agentId: string;
  startedAt: Date;
  firstSeenAt: Date;
  lastSeenAt: Date;
  peer: string | null;
  host: string | null;
}

/**
 * Reads, by agent, the processes that report under one identity at the same time; agents with only one process are left out. A restarted
 * process is not a second one: its predecessor sent no report after the first report of its successor.
 */
export async function readSharedIdentities(
  telemetry: Pick<Sql, 'query'>,
  agentIds?: readonly string[],
): Promise<Map<string, AgentProcess[]>> {
  const rows = await telemetry.query<ProcessRow>(
    `WITH present AS (
       SELECT * FROM agent_process WHERE last_seen_at > now() - $1::integer * interval '1 second'
         AND ($2::uuid[] IS NULL OR agent_id = ANY($2::uuid[]))
     )
     SELECT agent_id AS "agentId", started_at AS "startedAt", first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt", peer, host
     FROM present p
     WHERE EXISTS (SELECT 1 FROM present o WHERE o.agent_id = p.agent_id AND o.started_at <> p.started_at
                     AND o.last_seen_at > p.first_seen_at AND p.last_seen_at > o.first_seen_at)
     ORDER BY agent_id, started_at`,
    [ENDED_AFTER_S, agentIds ?? null],
  );
  const byAgent = new Map<string, AgentProcess[]>();
  for (const { agentId, startedAt, firstSeenAt, lastSeenAt, peer, host } of rows) {
    const process = {
      startedAt: startedAt.toISOString(),
      firstSeenAt: firstSeenAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      ...{ peer, host },
    };
    byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), process]);
  }
  return byAgent;
}
