import type { AgentConnection } from '@icmp-mon/agents/contract';
import {
  type AttemptSummary,
  COMMAND_AGENT_STATES,
  type CommandAgent,
  type CommandAgentState,
  type CommandCounts,
  type CommandKind,
  type CommandState,
  type CommandSummary,
  type HopNames,
  type ProbeAttempt,
} from '@icmp-mon/commands/contract';
import type { Trace } from '@icmp-mon/paths/contract';
import type { CheckParameters } from '@icmp-mon/tiers/contract';

/** A command as its row contains it, with its parts by state. */
export interface CommandRow {
  id: string;
  kind: CommandKind;
  target_id: string;
  target_key: number;
  ip: string;
  vrf: string;
  parameters: CheckParameters;
  count: number;
  timeout_ms: number;
  requested_by: string;
  requested_at: Date;
  expires_at: Date;
  state: CommandState;
  ended_at: Date | null;
  change: number;
  counts: Partial<CommandCounts>;
}

/** Columns of a `CommandRow`, of the table `command` as `c`. */
export const COMMAND_COLUMNS = `c.id, c.kind, c.target_id, c.target_key, host(c.ip) AS ip, c.vrf, c.parameters, c.count, c.timeout_ms,
  c.requested_by, c.requested_at, c.expires_at, c.state, c.ended_at, c.change,
  (SELECT coalesce(jsonb_object_agg(state, count), '{}') FROM (
     SELECT a.state, count(*) FROM command_agent a WHERE a.command_id = c.id GROUP BY a.state) AS by_state) AS counts`;

/** A part as its row contains it. */
export interface AgentRow {
  agent_id: string;
  name: string;
  region: string;
  provider: string;
  state: CommandAgentState;
  connection: AgentConnection;
  last_seen_at: Date | null;
  reason: string | null;
  detail: string | null;
  attempts: ProbeAttempt[];
  trace: Trace | null;
  names: HopNames;
  received_at: Date | null;
  ended_at: Date | null;
  expires_at: Date;
}

/** Columns of an `AgentRow`, of the tables `command_agent` as `a` and `command` as `c`. */
export const AGENT_COLUMNS = `a.agent_id, a.name, a.region, a.provider, a.state, a.connection, a.last_seen_at, a.reason, a.detail,
  a.attempts, a.trace, a.names, a.received_at, a.ended_at, c.expires_at`;

export function commandSummary(row: CommandRow, requestedByName: string | null): CommandSummary {
  return {
    ...{ id: row.id, kind: row.kind, targetId: row.target_id, ip: row.ip, vrf: row.vrf },
    ...{ parameters: row.parameters, count: row.count, timeoutMs: row.timeout_ms, state: row.state },
    ...{ requestedBy: row.requested_by, requestedByName },
    requestedAt: row.requested_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    agents: allStates(row.counts),
  };
}

/** Returns the number of parts by state. */
export function countsOf(parts: readonly Pick<CommandAgent, 'state'>[]): CommandCounts {
  const counts = allStates({});
  for (const { state } of parts) counts[state]++;
  return counts;
}

const allStates = (counts: Partial<CommandCounts>): CommandCounts =>
  Object.fromEntries(COMMAND_AGENT_STATES.map((state) => [state, counts[state] ?? 0])) as CommandCounts;

export function commandAgent(row: AgentRow, summary: AttemptSummary | null): CommandAgent {
  return {
    ...{ agentId: row.agent_id, name: row.name, region: row.region, provider: row.provider },
    ...{ state: row.state, connection: row.connection, reason: row.reason, detail: row.detail ?? awayText(row) },
    receivedAt: row.received_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    ...{ attempts: row.attempts, summary, trace: row.trace, names: row.names },
  };
}

/** Returns what to expect of an agent that has not received the command; null if nothing is unusual. */
function awayText({ state, connection, last_seen_at, expires_at }: AgentRow): string | null {
  if (state === 'expired') return 'The agent did not answer before the command expired.';
  if (state !== 'waiting' || connection === 'connected') return null;
  const seen = last_seen_at === null ? 'has never reported' : `reported last at ${last_seen_at.toISOString()}`;
  return `The agent is away: it ${seen}. Unless it returns, the command expires at ${expires_at.toISOString()}.`;
}
