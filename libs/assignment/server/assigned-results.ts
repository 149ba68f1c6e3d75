import type { Sql } from '@icmp-mon/platform/database';

/** Reads the result rate that an agent's assignments produce, per second: one result per target, check and interval. */
export async function assignedResultsPerS(sql: Pick<Sql, 'query'>, agentId: string): Promise<number> {
  // For a tier with a pending change, the version with the higher rate counts.
  const [row] = await sql.query<{ perS: number }>(
    `SELECT coalesce(sum(a.targets * t.per_s), 0)::float8 AS "perS"
     FROM (SELECT tier, count(*) AS targets FROM assignment WHERE agent_id = $1 GROUP BY tier) AS a
     JOIN (SELECT name, max(jsonb_array_length(p.policy -> 'checks') * 1000.0 / (p.policy ->> 'probeIntervalMs')::float8) AS per_s
           FROM assignment_tier, LATERAL (VALUES (policy), (published_policy)) AS p (policy)
           WHERE p.policy IS NOT NULL GROUP BY name) AS t ON t.name = a.tier`,
    [agentId],
  );
  return row.perS;
}
