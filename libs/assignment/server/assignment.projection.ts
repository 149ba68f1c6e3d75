import { AGENTS_TOPIC } from '@icmp-mon/agents/contract';
import { shardOf, type FeedFact } from '@icmp-mon/probing/contract';
import { type TargetRemoved, TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { completePolicy, type TierDefined, TIERS_TOPIC } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { appendAgentFacts } from './condition-log';
import { targetSubject, TargetEvaluation } from './evaluate-targets';
import { removeAssignments } from './selection-writer';
import { appendFacts, lockFeed, reserveFeedPositions } from './feed-writer';
import { type AgentChange, foldChanges, type KnownChanges } from './known-changes';
import { policyFact } from './policy-fact';

export const ASSIGNMENT_GROUP = 'assignment';
export const ASSIGNMENT_TOPICS = [TIERS_TOPIC, AGENTS_TOPIC, TARGETS_TOPIC];

/** Decides from events which agents probe which targets, and writes the result for shards and agents. */
export class AssignmentProjection {
  /** @param keepsThresholds see `TargetEvaluation.beginEvaluation` */
  constructor(
    private readonly shardCount: number,
    private readonly keepsThresholds = false,
  ) {}

  /** Applies a batch of events in the consumer's transaction. */
  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const { tiers, removedTiers, agents, registered, changed, removed } = foldChanges(messages);
    if ([tiers, removedTiers, agents, registered, changed, removed].every(({ size }) => size === 0)) return;
    await lockFeed(sql);
    const changedTiers = await this.keepTiers(sql, [...tiers.values()]);
    const agentsChanged = await this.keepAgents(sql, agents);
    await this.removeTargets(sql, [...removed.values()]);
    await keepTargets(sql, registered);
    const concerned = await changeTargets(sql, changed);
    const evaluation = await TargetEvaluation.beginEvaluation(sql, this.shardCount, this.keepsThresholds);
    await evaluation.evaluateAndAlwaysWrite([...registered.keys(), ...concerned].sort((a, b) => a - b));
    if (agentsChanged) await evaluation.evaluateAll();
    else await evaluation.evaluateTiers(changedTiers);
    await evaluation.settleCapacity();
    await removeTiers(sql, [...removedTiers]);
  }

  private async keepTiers(sql: Sql, tiers: readonly TierDefined['data'][]): Promise<string[]> {
    for (const { name, policy } of tiers) {
      const positions = await reserveFeedPositions(sql, this.shardCount);
      // The highest position: an agent that has this version has it only after all shards have the tier policy.
      const position = positions[positions.length - 1];
      await sql.execute(
        `INSERT INTO assignment_tier AS kept (name, policy, position) VALUES ($1, $2::jsonb, $3)
         ON CONFLICT (name) DO UPDATE SET
           published_policy = CASE WHEN kept.position <= (SELECT published FROM shard_feed_state) THEN kept.policy
                                   ELSE kept.published_policy END,
           policy = EXCLUDED.policy, position = EXCLUDED.position, removed = false`,
        [name, JSON.stringify(policy), position],
      );
      await this.appendToAllShards(sql, `tier:${name}`, policyFact(name, position, completePolicy(policy)), positions);
    }
    return tiers.map(({ name }) => name);
  }

  /** Returns whether anything changed on which selections depend; a re-enrolment with the same data changes nothing. */
  private async keepAgents(sql: Sql, agents: ReadonlyMap<string, AgentChange>): Promise<boolean> {
    const changed: string[] = [];
    for (const [agentId, change] of agents) if (await keepAgent(sql, agentId, change)) changed.push(agentId);
    await appendAgentFacts(sql, this.shardCount, changed);
    return changed.length > 0;
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
    const positions = await reserveFeedPositions(sql, gone.length);
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

/**
 * Removes tiers as soon as no target has them. Targets may move only later, because the topics of tiers and targets are not in one order; until
 * then their agents probe by the removed tier's policy.
 */
async function removeTiers(sql: Sql, names: readonly string[]): Promise<void> {
  if (names.length > 0) await sql.execute('UPDATE assignment_tier SET removed = true WHERE name = ANY($1)', [names]);
  const gone = await sql.query<{ subject: string }>(
    `DELETE FROM assignment_tier AS t WHERE removed AND NOT EXISTS (SELECT FROM assignment_target WHERE tier = t.name)
     RETURNING 'tier:' || name AS subject`,
  );
  if (gone.length === 0) return;
  await sql.execute('DELETE FROM shard_feed WHERE subject = ANY($1)', [gone.map(({ subject }) => subject)]);
}

/** Returns whether the row changed. Events of an agent without a stored enrolment are ignored. */
async function keepAgent(
  sql: Sql,
  agentId: string,
  { isEnrolled = false, name, region, provider, tags, state, capacityPps }: AgentChange,
): Promise<boolean> {
  const values = [
    ...[agentId, name ?? null, region ?? null, provider ?? null, tags && JSON.stringify(tags), state ?? null],
    capacityPps ?? null,
  ];
  if (isEnrolled) {
    const made = await sql.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags, state, capacity_pps)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
       ON CONFLICT (id) DO NOTHING`,
      values,
    );
    if (made > 0) return true;
  }
  const written = await sql.execute(
    `UPDATE assignment_agent AS kept
     SET name = new.name, region = new.region, provider = new.provider, tags = new.tags, state = new.state,
       capacity_pps = new.capacity_pps
     FROM (SELECT a.id, coalesce($2, a.name) AS name, coalesce($3, a.region) AS region, coalesce($4, a.provider) AS provider,
             coalesce($5::jsonb, a.tags) AS tags, coalesce($6, a.state) AS state,
             CASE WHEN $8 THEN $7 ELSE a.capacity_pps END AS capacity_pps
           FROM assignment_agent a WHERE a.id = $1) AS new
     WHERE kept.id = new.id AND (kept.name, kept.region, kept.provider, kept.tags, kept.state, kept.capacity_pps)
       IS DISTINCT FROM (new.name, new.region, new.provider, new.tags, new.state, new.capacity_pps)`,
    [...values, capacityPps !== undefined],
  );
  return written > 0;
}

async function keepTargets(sql: Sql, registered: KnownChanges['registered']): Promise<void> {
  const targets = [...registered.values()];
  if (targets.length === 0) return;
  await sql.execute(
    `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, registered_at, paused)
     SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::boolean[])
     ON CONFLICT (key) DO UPDATE SET ip = EXCLUDED.ip, vrf = EXCLUDED.vrf, tier = EXCLUDED.tier, paused = EXCLUDED.paused`,
    [
      targets.map(({ key }) => key),
      targets.map(({ targetId }) => targetId),
      targets.map(({ ip }) => ip),
      targets.map(({ vrf }) => vrf),
      targets.map(({ tier }) => tier),
      targets.map(({ registeredAt }) => registeredAt),
      targets.map(({ paused }) => paused),
    ],
  );
}

/** Stores tier and pause of changed targets. Returns the keys of the targets that differ; names and tags have no effect here. */
async function changeTargets(sql: Sql, changed: KnownChanges['changed']): Promise<number[]> {
  const targets = [...changed.values()];
  if (targets.length === 0) return [];
  const rows = await sql.query<{ key: number }>(
    `UPDATE assignment_target kept SET tier = changed.tier, paused = changed.paused
     FROM unnest($1::bigint[], $2::text[], $3::boolean[]) AS changed (key, tier, paused)
     WHERE kept.key = changed.key AND (kept.tier, kept.paused) <> (changed.tier, changed.paused)
     RETURNING kept.key::float8 AS key`,
    [targets.map(({ key }) => key), targets.map(({ tier }) => tier), targets.map(({ paused }) => paused)],
  );
  return rows.map(({ key }) => key);
}
