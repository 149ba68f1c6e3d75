import type { Sql } from '@icmp-mon/platform/database';

const ROWS_PER_STEP = 10_000;
/** Retention of published facts that were replaced by a newer one of the same subject; kept for diagnosis. */
const FACTS_KEPT_HOURS = 24;
/** An agent that was offline for longer than this receives a full response. */
const REMOVALS_KEPT_DAYS = 7;
/** Decisions are kept for thirteen months, at most the last thousand per agent. The latest decision of an agent is always kept. */
export const DECISIONS_KEPT_DAYS = 396;
const DECISIONS_KEPT_OF_AN_AGENT = 1_000;

/** Deletes replaced facts and returns how many. Bounded: run it again while it returns many. */
export function forgetReplacedFacts(sql: Sql): Promise<number> {
  return sql.execute(
    `DELETE FROM shard_feed WHERE position IN (
       SELECT old.position FROM shard_feed AS old
       WHERE old.position <= (SELECT published FROM shard_feed_state)
         AND old.created_at < now() - make_interval(hours => ${FACTS_KEPT_HOURS})
         AND EXISTS (SELECT 1 FROM shard_feed AS newer
                     WHERE newer.subject = old.subject AND newer.shard = old.shard AND newer.position > old.position)
       ORDER BY old.position LIMIT ${ROWS_PER_STEP})`,
  );
}

/** Deletes old removals, and stores up to which position, so that an agent with an older version gets a full response. */
export async function forgetRemovals(sql: Sql): Promise<number> {
  const [{ count }] = await sql.query<{ count: number }>(
    `WITH gone AS (
       DELETE FROM assignment_removed WHERE (agent_id, target_key) IN (
         SELECT agent_id, target_key FROM assignment_removed
         WHERE removed_at < now() - make_interval(days => ${REMOVALS_KEPT_DAYS})
         ORDER BY position LIMIT ${ROWS_PER_STEP})
       RETURNING position
     ), noted AS (
       UPDATE shard_feed_state SET forgotten = greatest(forgotten, (SELECT coalesce(max(position), 0) FROM gone))
     )
     SELECT count(*) AS count FROM gone`,
  );
  return count;
}

/** Deletes old decisions, and the surplus ones of flapping agents; returns how many. Bounded: run it again while it returns many. */
export function forgetOldDecisions(sql: Sql): Promise<number> {
  return sql.execute(
    `DELETE FROM assignment_agent_condition WHERE id IN (
       SELECT old.id FROM assignment_agent_condition AS old
       WHERE old.decided_at < now() - make_interval(days => ${DECISIONS_KEPT_DAYS})
         AND EXISTS (SELECT 1 FROM assignment_agent_condition AS newer
                     WHERE newer.agent_id = old.agent_id AND newer.id > old.id)
       UNION
       SELECT old.id FROM assignment_agent AS agent
       CROSS JOIN LATERAL (SELECT id FROM assignment_agent_condition WHERE agent_id = agent.id
                           ORDER BY id DESC OFFSET ${DECISIONS_KEPT_OF_AN_AGENT} LIMIT ${ROWS_PER_STEP}) AS old
       LIMIT ${ROWS_PER_STEP})`,
  );
}

/**
 * Deletes what was decided before a time and is replaced by a decision before it, and the last entry of targets that were removed before it.
 * The horizon moves first, so that no query is answered from a part of the decisions. Bounded: run it again while it returns many.
 */
export async function forgetIntervals(sql: Sql, endedBefore: Date): Promise<number> {
  await sql.execute('UPDATE assignment_horizon SET known_since = $1 WHERE known_since < $1', [endedBefore]);
  return sql.execute(
    `DELETE FROM assignment_interval WHERE (target_key, since) IN (
       SELECT old.target_key, old.since FROM assignment_interval AS old
       WHERE old.since < $1 AND (
         EXISTS (SELECT FROM assignment_interval AS newer
                 WHERE newer.target_key = old.target_key AND newer.since > old.since AND newer.since <= $1)
         OR old.selected IS NULL AND NOT EXISTS (SELECT FROM assignment_interval AS other
                                                 WHERE other.target_key = old.target_key AND other.since <> old.since))
       LIMIT ${ROWS_PER_STEP})`,
    [endedBefore],
  );
}
