import type { CommandKind, CommandOrder } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { CheckParameters } from '@icmp-mon/tiers/contract';

interface OrderRow {
  agent_id: string;
  id: string;
  kind: CommandKind;
  ip: string;
  parameters: CheckParameters;
  count: number;
  timeout_ms: number;
  expires_in_ms: number;
}

/**
 * Returns the unfinished commands of agents by agent, oldest first; each has at most `COMMAND_LIMITS.openPerAgent`. With those without time
 * left whose expiry is not yet applied: reports about them still count.
 */
export async function openOrders(sql: Sql, agentIds: readonly string[]): Promise<Map<string, CommandOrder[]>> {
  const rows = await sql.query<OrderRow>(
    `SELECT a.agent_id, c.id, c.kind, host(c.ip) AS ip, c.parameters, c.count, c.timeout_ms,
       floor(extract(epoch FROM c.expires_at - now()) * 1000)::int AS expires_in_ms
     FROM command_agent a JOIN command c ON c.id = a.command_id
     WHERE a.agent_id = ANY ($1::uuid[]) AND a.state IN ('waiting', 'running') ORDER BY c.id`,
    [agentIds],
  );
  const orders = new Map<string, CommandOrder[]>();
  for (const { agent_id, timeout_ms, expires_in_ms, ...row } of rows) {
    const order = { ...row, timeoutMs: timeout_ms, expiresInMs: expires_in_ms };
    orders.set(agent_id, [...(orders.get(agent_id) ?? []), order]);
  }
  return orders;
}
