import { AssignedPairs, type PairTier, type TargetAgents } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { completePolicy, type StoredTierPolicy } from '@icmp-mon/tiers/contract';

/** Targets read by one statement. */
const TARGETS_PER_STEP = 5_000;

/** Reads selections as decided, regardless of whether the agents have received them. */
export class StoredAssignedPairs extends AssignedPairs {
  constructor(
    private readonly sql: Sql,
    private readonly shardCount: number,
  ) {
    super();
  }

  override async ofShard(shard: number): Promise<TargetAgents[]> {
    const targets: TargetAgents[] = [];
    for (let after = -1; ;) {
      const rows = await this.sql.query<Omit<TargetAgents, 'agentIds'> & { agents: string }>(
        `SELECT key, target_id::text AS "targetId", tier, array_to_string(selected, ',') AS agents FROM assignment_target
         WHERE key > $1 AND key % $2 = $3 AND cardinality(selected) > 0 ORDER BY key LIMIT ${TARGETS_PER_STEP}`,
        [after, this.shardCount, shard],
      );
      for (const { agents, ...target } of rows) targets.push({ ...target, agentIds: agents.split(',') });
      if (rows.length < TARGETS_PER_STEP) return targets;
      after = rows[rows.length - 1].key;
    }
  }

  override async regions(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.sql.query<{ id: string; region: string }>(
      'SELECT id::text AS id, region FROM assignment_agent',
    );
    return new Map(rows.map(({ id, region }) => [id, region]));
  }

  override async tiers(): Promise<ReadonlyMap<string, PairTier>> {
    const rows = await this.sql.query<{ name: string; policy: StoredTierPolicy }>(
      'SELECT name, policy FROM assignment_tier',
    );
    return new Map(rows.map(({ name, policy }) => [name, pairTierOf(policy)]));
  }
}

function pairTierOf(policy: StoredTierPolicy): PairTier {
  const { checks, verdictRule } = completePolicy(policy);
  return {
    checks: checks.filter(({ expect }) => expect === 'reachable').map(({ check }) => check),
    hourOfWeek: verdictRule.hourOfWeek,
  };
}
