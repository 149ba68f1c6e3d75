import { type AgentAssignments, AssignmentDirectory, type NamedAgent } from '@icmp-mon/assignment/contract';
import { keptByCost, ShortCache } from '@icmp-mon/platform/batching';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { completePolicy, type StoredTierPolicy } from '@icmp-mon/tiers/contract';
import { readAgentLoads } from './agent-loads';
import { targetPps } from './candidate-agents';

const KEPT_MS = 5_000;

const COUNTS = `
  SELECT agent_id::text AS "agentId", sum(assigned)::float8 AS assigned, sum(refused)::float8 AS refused FROM (
    SELECT agent_id, count(*) AS assigned, 0 AS refused FROM assignment GROUP BY agent_id
    UNION ALL
    SELECT agent, 0, count(*) FROM assignment_target, unnest(refused_by) AS agent WHERE refused_by <> '{}' GROUP BY agent
  ) AS part GROUP BY agent_id`;

/** The lower of the operator's limit and the policy file's; LEAST ignores a limit that is not set. */
const LIMITS = `
  SELECT a.id::text AS "agentId", LEAST(a.capacity_pps, (p.policy ->> 'packetsPerSecond')::float8) AS "capacityPps",
    o.since AS "outdatedSince", o.version_min AS "versionMin"
  FROM assignment_agent a LEFT JOIN assignment_agent_policy p ON p.agent_id = a.id
  LEFT JOIN assignment_agent_outdated o ON o.agent_id = a.id`;

interface LimitRow {
  agentId: string;
  capacityPps: number | null;
  outdatedSince: Date | null;
  versionMin: string | null;
}

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
    const [counts, tiers, agents] = await Promise.all([
      this.database.query<{ agentId: string; assigned: number; refused: number }>(COUNTS),
      this.database.query<{ name: string; policy: StoredTierPolicy }>('SELECT name, policy FROM assignment_tier'),
      this.database.query<LimitRow>(LIMITS),
    ]);
    const ofAgent = new Map(counts.map((count) => [count.agentId, count]));
    const loads = await readAgentLoads(
      this.database,
      new Map(tiers.map(({ name, policy }) => [name, targetPps(completePolicy(policy))])),
    );
    return new Map(
      agents.map(({ agentId, capacityPps, outdatedSince, versionMin }) => {
        const { assigned = 0, refused = 0 } = ofAgent.get(agentId) ?? {};
        const outdated =
          outdatedSince === null || versionMin === null ? null : { since: outdatedSince.toISOString(), versionMin };
        return [agentId, { assigned, refused, assignedPps: loads.get(agentId) ?? 0, capacityPps, outdated }];
      }),
    );
  }
}
