import type { AgentCondition, AgentFact, AnchorFact } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { Condition, Decision } from './agent-conditions';
import { appendFacts, reserveFeedPositions } from './feed-writer';

/** Last decision of each agent, as a table expression for queries; one index look-up per agent. */
export const LAST_DECISIONS = `(SELECT last.* FROM assignment_agent AS decided CROSS JOIN LATERAL (
  SELECT agent_id, condition, since, held_ms, moves, cause FROM assignment_agent_condition
  WHERE agent_id = decided.id ORDER BY id DESC LIMIT 1) AS last)`;

/** Condition for shards, which only need whether results can be expected. */
const FOR_SHARDS: Readonly<Record<Condition, AgentCondition>> = {
  ok: 'ok',
  returning: 'ok',
  silent: 'silent',
  unheard: 'silent',
  unable: 'unable',
};

export async function lastDecisions(sql: Sql): Promise<Map<string, Decision>> {
  const rows = await sql.query<Decision>(
    `SELECT agent_id::text AS "agentId", condition, (extract(epoch FROM since) * 1000)::float8 AS "sinceMs",
       held_ms AS "heldMs", moves, cause FROM ${LAST_DECISIONS} AS last`,
  );
  return new Map(rows.map((row) => [row.agentId, row]));
}

export async function writeDecisions(sql: Sql, decisions: readonly Decision[]): Promise<void> {
  await sql.execute(
    `INSERT INTO assignment_agent_condition (agent_id, condition, since, held_ms, moves, cause)
     SELECT id, condition, to_timestamp(since_ms / 1000.0), held_ms, moves, cause
     FROM unnest($1::uuid[], $2::text[], $3::float8[], $4::bigint[], $5::integer[], $6::text[])
       AS d(id, condition, since_ms, held_ms, moves, cause)`,
    [
      decisions.map(({ agentId }) => agentId),
      decisions.map(({ condition }) => condition),
      decisions.map(({ sinceMs }) => sinceMs),
      decisions.map(({ heldMs }) => heldMs),
      decisions.map(({ moves }) => moves),
      decisions.map(({ cause }) => cause),
    ],
  );
}

interface AgentRow {
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: string;
  condition: Condition | null;
  anchors: AnchorFact | null;
}

/** Appends the current facts about these agents to all shards: identity, and whether results can be expected from them, and the evidence of their anchors. */
export async function appendAgentFacts(sql: Sql, shardCount: number, agentIds: readonly string[]): Promise<void> {
  const rows = await sql.query<AgentRow>(
    `SELECT a.id::text AS "agentId", a.name, a.region, a.provider, a.state, d.condition, e.evidence AS anchors
     FROM assignment_agent a LEFT JOIN ${LAST_DECISIONS} AS d ON d.agent_id = a.id
     LEFT JOIN assignment_agent_anchors e ON e.agent_id = a.id WHERE a.id = ANY($1::uuid[]) ORDER BY a.id`,
    [agentIds],
  );
  const positions = await reserveFeedPositions(sql, rows.length * shardCount);
  await appendFacts(
    sql,
    rows.flatMap(({ agentId, name, region, provider, state, condition, anchors }, at) => {
      const inService = state === 'active' || state === 'draining';
      const fact: AgentFact = {
        ...{ kind: 'agent', agentId, name, region, provider },
        state: inService ? 'active' : 'removed',
        ...(condition !== null && { condition: FOR_SHARDS[condition] }),
        ...(anchors !== null && { anchors }),
      };
      return Array.from({ length: shardCount }, (_, shard) => ({
        position: positions[at * shardCount + shard],
        ...{ shard, subject: `agent:${agentId}`, fact },
      }));
    }),
  );
}
