import type { Sql } from '@icmp-mon/platform/database';
import { isUncountedReason, type UncountedResults } from '@icmp-mon/probing/contract';

interface UncountedRow {
  agentId: string;
  reason: string;
  results: number;
  lastAt: Date;
}

/** Reads, by agent, the results of the last `minutes` that were not counted as the agent sent them, largest number first. */
export async function readUncounted(
  telemetry: Pick<Sql, 'query'>,
  minutes: number,
  agentIds?: readonly string[],
): Promise<Map<string, UncountedResults[]>> {
  const rows = await telemetry.query<UncountedRow>(
    `SELECT agent_id AS "agentId", reason, sum(results)::float8 AS results, max(last_at) AS "lastAt" FROM agent_uncounted
     WHERE minute > now() - $1::integer * interval '1 minute' AND ($2::uuid[] IS NULL OR agent_id = ANY($2::uuid[]))
     GROUP BY agent_id, reason ORDER BY sum(results) DESC`,
    [minutes, agentIds ?? null],
  );
  const byAgent = new Map<string, UncountedResults[]>();
  for (const { agentId, reason, results, lastAt } of rows) {
    if (!isUncountedReason(reason)) continue;
    const entry = { reason, results, lastAt: lastAt.toISOString() };
    byAgent.set(agentId, [...(byAgent.get(agentId) ?? []), entry]);
  }
  return byAgent;
}

const KEPT = '7 days';

/** Deletes counts older than a week, and processes without a report for a day. Returns the number of rows. */
export async function forgetUncounted(telemetry: Pick<Sql, 'execute'>): Promise<number> {
  const counts = await telemetry.execute(`DELETE FROM agent_uncounted WHERE minute < now() - interval '${KEPT}'`);
  const processes = await telemetry.execute(`DELETE FROM agent_process WHERE last_seen_at < now() - interval '1 day'`);
  return counts + processes;
}
