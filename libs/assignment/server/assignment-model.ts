import { shardOf } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import {
  type ReadModel,
  replaceRows,
  type TopicOffsets,
  topicReplay,
  type TopicSource,
} from '@icmp-mon/platform/rebuild';
import { ASSIGNMENT_GROUP, ASSIGNMENT_TOPICS, AssignmentProjection } from './assignment.projection';
import { targetSubject, TargetEvaluation } from './evaluate-targets';
import { removeAssignments } from './selection-writer';
import { appendFacts, lockFeed, reserveFeedPositions } from './feed-writer';

const TIER = { name: 'assignment_tier', key: ['name'], columns: ['name', 'policy'] };
const AGENT = {
  name: 'assignment_agent',
  key: ['id'],
  columns: ['id', 'name', 'region', 'provider', 'tags', 'state', 'capacity_pps'],
};
const TARGET = {
  name: 'assignment_target',
  key: ['key'],
  // Without registered_at: targets of releases that did not store it count as old ones.
  columns: [
    ...['key', 'target_id', 'ip', 'vrf', 'tier', 'paused'],
    ...['selected', 'refused_by', 'shortfall', 'wanted', 'placed'],
  ],
};
const PAIR = {
  name: 'assignment',
  key: ['agent_id', 'target_key'],
  columns: ['agent_id', 'target_key', 'tier', 'ip', 'shard'],
};
/**
 * Tables that the replay also writes: facts for shards, and removals for agents. Their positions are assigned once and cannot be derived
 * again.
 */
const SCRATCH = ['assignment_removed', 'shard_feed', 'shard_feed_state'].map((name) => ({
  ...{ name, key: [], columns: [] },
  scratch: true,
}));

/**
 * Read model of which agents probe which targets, derived again from the public events and from the stored conditions, policies and admission
 * thresholds of agents. These are decisions and reports of their own; they are not part of the model.
 */
export function assignmentModel(
  { database, messaging }: Pick<TopicSource, 'database' | 'messaging'>,
  shardCount: number,
): ReadModel<TopicOffsets> {
  const projection = new AssignmentProjection(shardCount, true);
  const replay = topicReplay({
    ...{ database, messaging, group: ASSIGNMENT_GROUP, topics: ASSIGNMENT_TOPICS },
    handle: (sql, messages) => projection.handle(sql, messages),
  });
  return {
    name: 'assignment',
    source: 'the public events of tiers, agents and targets',
    tables: [TIER, AGENT, TARGET, PAIR, ...SCRATCH],
    ...replay,
    async holdWriters(sql) {
      await replay.holdWriters(sql);
      await lockFeed(sql);
    },
    settleHeld: (sql, live, beside) => evaluateBeside(sql, live, beside, shardCount),
    replaceLive: (sql, live, beside) => replace(sql, live, beside, shardCount),
  };
}

/** Evaluates all targets again, because conditions and policies may have changed during the replay of the events. */
async function evaluateBeside(sql: Sql, live: string, beside: string, shardCount: number): Promise<string[]> {
  await sql.execute(`SET LOCAL search_path = ${beside}, ${live}`);
  const evaluation = await TargetEvaluation.beginEvaluation(sql, shardCount, true);
  await evaluation.evaluateAll();
  await sql.execute(`SET LOCAL search_path = ${live}`);
  return [];
}

/** Decides differing targets again in the live tables, so that shards and agents receive the changes like any other decision. */
async function replace(sql: Sql, live: string, beside: string, shardCount: number): Promise<void> {
  await lockFeed(sql);
  const rows = await sql.query<{ key: number; stays: boolean }>(
    `SELECT DISTINCT key, EXISTS (SELECT 1 FROM ${beside}.assignment_target t WHERE t.key = differing.key) AS stays FROM (
       SELECT coalesce(l.key, b.key) AS key FROM ${live}.assignment_target l FULL JOIN ${beside}.assignment_target b USING (key)
       WHERE (l.target_id, l.ip, l.vrf, l.tier, l.paused, l.selected, l.refused_by, l.shortfall, l.wanted, l.placed)
         IS DISTINCT FROM
           (b.target_id, b.ip, b.vrf, b.tier, b.paused, b.selected, b.refused_by, b.shortfall, b.wanted, b.placed)
       UNION
       SELECT coalesce(l.target_key, b.target_key) FROM ${live}.assignment l
       FULL JOIN ${beside}.assignment b USING (agent_id, target_key)
       WHERE (l.tier, l.ip, l.shard) IS DISTINCT FROM (b.tier, b.ip, b.shard)
     ) AS differing ORDER BY key`,
  );
  for (const table of [TIER, AGENT]) await replaceRows(sql, table, live, beside);
  const keys = rows.map(({ key }) => key);
  const taken = await sql.query<{ agent_id: string; target_key: number }>(
    'SELECT agent_id, target_key FROM assignment WHERE target_key = ANY($1::bigint[])',
    [keys],
  );
  const [position] = await reserveFeedPositions(sql, 1);
  await removeAssignments(
    sql,
    taken.map(({ agent_id, target_key }) => ({ agentId: agent_id, targetKey: target_key, position })),
  );
  await sql.execute('DELETE FROM assignment_target WHERE key = ANY($1::bigint[])', [keys]);
  await sql.execute(
    `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, paused, registered_at)
     SELECT key, target_id, ip, vrf, tier, paused, registered_at FROM ${beside}.assignment_target WHERE key = ANY($1::bigint[])`,
    [keys],
  );
  const gone = rows.filter(({ stays }) => !stays).map(({ key }) => key);
  const positions = await reserveFeedPositions(sql, gone.length);
  await appendFacts(
    sql,
    gone.map((key, at) => ({
      ...{ position: positions[at], shard: shardOf(key, shardCount), subject: targetSubject(key) },
      fact: { kind: 'target-removed', targetKey: key },
    })),
  );
  const evaluation = await TargetEvaluation.beginEvaluation(sql, shardCount);
  await evaluation.evaluateAndAlwaysWrite(rows.filter(({ stays }) => stays).map(({ key }) => key));
  await evaluation.settleCapacity();
}
