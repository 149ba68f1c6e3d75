import { type AgentAssignments, AssignmentDirectory, type NamedAgent } from '@icmp-mon/assignment/contract';
import { keptByCost, ShortCache } from '@icmp-mon/platform/batching';
import type { ControlDatabase } from '@icmp-mon/platform/database';

const KEPT_MS = 5_000;

const COUNTS = `
  SELECT agent_id::text AS "agentId", sum(assigned)::float8 AS assigned, sum(refused)::float8 AS refused FROM (
    SELECT agent_id, count(*) AS assigned, 0 AS refused FROM assignment GROUP BY agent_id
    UNION ALL
    SELECT agent, 0, count(*) FROM assignment_target, unnest(refused_by) AS agent WHERE refused_by <> '{}' GROUP BY agent
  ) AS part GROUP BY agent_id`;

/** Reads assignments as decided, regardless of whether the agents have received them. */
export class StoredAssignments extends AssignmentDirectory {
  private readonly counts = new ShortCache<ReadonlyMap<string, AgentAssignments>>({
    entriesMax: 1,
    keptMs: keptByCost(KEPT_MS),
    keepsFailures: true,
  });

  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override byAgent(): Promise<ReadonlyMap<string, AgentAssignments>> {
    return this.counts.get('by agent', () => this.countByAgent());
  }

  override refusedBy(targetKey: number): Promise<NamedAgent[]> {
    return this.database.query<NamedAgent>(
      `SELECT a.id::text AS "agentId", a.name AS "agentName" FROM assignment_target t
       JOIN assignment_agent a ON a.id = ANY(t.refused_by) WHERE t.key = $1 ORDER BY a.name`,
      [targetKey],
    );
  }

  private async countByAgent(): Promise<Map<string, AgentAssignments>> {
    const rows = await this.database.query<AgentAssignments & { agentId: string }>(COUNTS);
    return new Map(rows.map(({ agentId, assigned, refused }) => [agentId, { assigned, refused }]));
  }
}
