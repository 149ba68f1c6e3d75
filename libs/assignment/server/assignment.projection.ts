import type { AgentEnrolled } from '@icmp-mon/agents/contract';
import { shardOf, type FeedFact, type PolicyFact } from '@icmp-mon/probing/contract';
import type { TargetRegistered, TargetRemoved } from '@icmp-mon/targets/contract';
import type { TierDefined } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { removeAssignments, targetSubject, TargetEvaluation } from './evaluate-targets';
import { appendFacts, lockFeed, takePositions } from './feed-writer';
import { foldChanges } from './known-changes';

export const ASSIGNMENT_GROUP = 'assignment';
export const ASSIGNMENT_TOPICS = ['public.tiers.v1', 'public.agents.v1', 'public.targets.v1'];

/** Decides which agents probe which targets, from events alone, and writes it down for shards and agents. */
export class AssignmentProjection {
  constructor(private readonly shardCount: number) {}

  /** Applies a batch of events in the consumer's transaction. */
  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const { tiers, agents, registered, removed } = foldChanges(messages);
    if (tiers.size + agents.size + registered.size + removed.size === 0) return;
    await lockFeed(sql);
    const changedTiers = await this.keepTiers(sql, [...tiers.values()]);
    const agentsChanged = await this.keepAgents(sql, [...agents.values()]);
    await this.removeTargets(sql, [...removed.values()]);
    await keepTargets(sql, [...registered.values()]);
    const evaluation = await TargetEvaluation.begin(sql, this.shardCount);
    await evaluation.evaluateKeys([...registered.keys()].sort((a, b) => a - b));
    if (agentsChanged) await evaluation.evaluateAll();
    else await evaluation.evaluateTiers(changedTiers);
  }

  private async keepTiers(sql: Sql, tiers: readonly TierDefined['data'][]): Promise<string[]> {
    for (const { name, policy } of tiers) {
      const positions = await takePositions(sql, this.shardCount);
      // The last of them: an agent that has seen this version has it after all shards have the policy.
      const position = positions[positions.length - 1];
      await sql.execute(
        `INSERT INTO assignment_tier AS kept (name, policy, position) VALUES ($1, $2::jsonb, $3)
         ON CONFLICT (name) DO UPDATE SET
           published_policy = CASE WHEN kept.position <= (SELECT published FROM shard_feed_state) THEN kept.policy
                                   ELSE kept.published_policy END,
           policy = EXCLUDED.policy, position = EXCLUDED.position`,
        [name, JSON.stringify(policy), position],
      );
      const fact: PolicyFact = {
        kind: 'policy',
        tier: name,
        policyVersion: position,
        intervalMs: policy.probeIntervalMs,
        timeoutMs: policy.probeTimeoutMs,
        missesToFail: policy.verdictRule.missesToFail,
        successesToRecover: policy.verdictRule.successesToRecover,
        quorum: policy.verdictRule.quorum,
        checks: policy.checks,
      };
      await this.appendToAllShards(sql, `tier:${name}`, fact, positions);
    }
    return tiers.map(({ name }) => name);
  }

  /** Whether anything that assignment looks at changed: a mere re-enrolment does not. */
  private async keepAgents(sql: Sql, agents: readonly AgentEnrolled['data'][]): Promise<boolean> {
    let changed = false;
    for (const { agentId, name, region, provider, tags } of agents) {
      const written = await sql.execute(
        `INSERT INTO assignment_agent AS kept (id, name, region, provider, tags) VALUES ($1, $2, $3, $4, $5::jsonb)
         ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, region = EXCLUDED.region, provider = EXCLUDED.provider,
           tags = EXCLUDED.tags
         WHERE (kept.name, kept.region, kept.provider, kept.tags)
           IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.region, EXCLUDED.provider, EXCLUDED.tags)`,
        [agentId, name, region, provider, JSON.stringify(tags)],
      );
      if (written === 0) continue;
      changed = true;
      const positions = await takePositions(sql, this.shardCount);
      const fact: FeedFact = { kind: 'agent', agentId, name, region, provider, state: 'active' };
      await this.appendToAllShards(sql, `agent:${agentId}`, fact, positions);
    }
    return changed;
  }

  private async appendToAllShards(
    sql: Sql,
    subject: string,
    fact: FeedFact,
    positions: readonly number[],
  ): Promise<void> {
    await appendFacts(
      sql,
      positions.map((position, shard) => ({ position, shard, subject, fact })),
    );
  }

  private async removeTargets(sql: Sql, targets: readonly TargetRemoved['data'][]): Promise<void> {
    if (targets.length === 0) return;
    const gone = await sql.query<{ key: number; selected: string[] | null }>(
      'DELETE FROM assignment_target WHERE key = ANY($1::bigint[]) RETURNING key, selected::text[] AS selected',
      [targets.map(({ key }) => key)],
    );
    const positions = await takePositions(sql, gone.length);
    const placed = gone.map((target, at) => ({ ...target, position: positions[at] }));
    await removeAssignments(
      sql,
      placed.flatMap(({ key, selected, position }) =>
        (selected ?? []).map((agentId) => ({ agentId, targetKey: key, position })),
      ),
    );
    await appendFacts(
      sql,
      placed.map(({ key, position }) => ({
        position,
        shard: shardOf(key, this.shardCount),
        subject: targetSubject(key),
        fact: { kind: 'target-removed', targetKey: key },
      })),
    );
  }
}

async function keepTargets(sql: Sql, targets: readonly TargetRegistered['data'][]): Promise<void> {
  if (targets.length === 0) return;
  await sql.execute(
    `INSERT INTO assignment_target (key, target_id, ip, vrf, tier)
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[])
     ON CONFLICT (key) DO UPDATE SET ip = EXCLUDED.ip, vrf = EXCLUDED.vrf, tier = EXCLUDED.tier`,
    [
      targets.map(({ key }) => key),
      targets.map(({ targetId }) => targetId),
      targets.map(({ ip }) => ip),
      targets.map(({ vrf }) => vrf),
      targets.map(({ tier }) => tier),
    ],
  );
}
