import type { Sql } from '@icmp-mon/platform/database';

/** Reads, by agent, the packets per second that its targets cost; `targetPps` is the cost of one target by tier. */
export async function readAgentLoads(
  sql: Pick<Sql, 'query'>,
  targetPps: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const rows = await sql.query<{ agentId: string; tier: string; targets: number }>(
    'SELECT agent_id::text AS "agentId", tier, targets FROM assignment_load',
  );
  const loads = new Map<string, number>();
  for (const { agentId, tier, targets } of rows) {
    loads.set(agentId, (loads.get(agentId) ?? 0) + targets * (targetPps.get(tier) ?? 0));
  }
  return loads;
}
