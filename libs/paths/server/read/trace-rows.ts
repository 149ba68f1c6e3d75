import type { AgentSite } from '@icmp-mon/agents/contract';
import type { StoredTraceSummary, TraceCause } from '@icmp-mon/paths/contract';

/** Columns of a stored trace in lists, of `trace t`. */
export const SUMMARY_COLUMNS = `t.id::text AS id, t.agent_id::text AS "agentId", t.cause, t.command_id::text AS "commandId", t.at,
  t.received_at AS "receivedAt", t.reason, t.detail, t.reached, t.hops, t.onset`;

export interface SummaryRow {
  id: string;
  agentId: string;
  cause: TraceCause;
  commandId: string | null;
  at: Date;
  receivedAt: Date;
  reason: string | null;
  detail: string | null;
  reached: boolean;
  hops: number;
  onset: StoredTraceSummary['onset'];
}

export function summaryOf(row: SummaryRow, agents: ReadonlyMap<string, AgentSite>): StoredTraceSummary {
  const { id, agentId, cause, commandId, at, receivedAt, reason, detail, reached, hops, onset } = row;
  return {
    ...{ id, agentId, agentName: agents.get(agentId)?.name ?? null, cause, commandId },
    ...{ startedAt: at.toISOString(), receivedAt: receivedAt.toISOString() },
    ...{ ok: reason === null, reason, detail, reached, hops, onset },
  };
}
