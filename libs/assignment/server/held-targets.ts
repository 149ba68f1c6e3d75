import type { Sql } from '@icmp-mon/platform/database';

/** Reads how many targets each of these agents holds; agents without targets are missing. */
export async function heldTargets(sql: Sql, agentIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ id: string; count: number }>(
    'SELECT agent_id AS id, count(*) AS count FROM assignment WHERE agent_id = ANY($1::uuid[]) GROUP BY agent_id',
    [agentIds],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}
