import { HeldTargets } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Targets of agents as decided, regardless of whether the agents have received them. */
export class StoredHeldTargets extends HeldTargets {
  constructor(private readonly sql: Pick<Sql, 'query'>) {
    super();
  }

  async byAgent(agentIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.sql.query<{ id: string; count: number }>(
      'SELECT agent_id AS id, count(*) AS count FROM assignment WHERE agent_id = ANY($1::uuid[]) GROUP BY agent_id',
      [agentIds],
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  async countShort(): Promise<number> {
    const [row] = await this.sql.query<{ count: number }>(
      'SELECT count(*) AS count FROM assignment_target WHERE shortfall IS NOT NULL',
    );
    return row.count;
  }
}
