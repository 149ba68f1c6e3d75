import type { AssignedTarget, AssignedTier, AssignmentsResponse } from '@icmp-mon/assignment/contract';
import type { StoredTierPolicy } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Maximum changes in one response; an agent with more asks again immediately and gets the next part. */
export const ASSIGNMENTS_PER_ANSWER = 20_000;
/**
 * Maximum changes in a full response. It is one part: the version of a partial one could be older than deleted removals, so the next
 * response would be full again, forever. This number fits into 16 MiB, which agents accept; only larger responses are split.
 */
export const ASSIGNMENTS_PER_FULL_ANSWER = 150_000;

interface ChangeRow {
  key: number;
  position: number;
  /** Null for a removal. */
  ip: string | null;
  tier: string | null;
}

/** Positions that bound what readers of the feed can read. */
export interface FeedState {
  published: number;
  forgotten: number;
}

export async function readFeedState(sql: Sql): Promise<FeedState> {
  const [state] = await sql.query<FeedState>('SELECT published, forgotten FROM shard_feed_state');
  return state;
}

/**
 * Reads the changes for an agent after version `since`, up to the published position; null when there are none. The response is `full` for
 * version 0, for a version older than deleted removals, and for a version that this database never published.
 */
export async function assignmentsSince(
  sql: Sql,
  agentId: string,
  since: number,
  { changes: changesPerPart, full: fullPerPart } = {
    changes: ASSIGNMENTS_PER_ANSWER,
    full: ASSIGNMENTS_PER_FULL_ANSWER,
  },
): Promise<AssignmentsResponse | null> {
  const { published, forgotten } = await readFeedState(sql);
  const full = since === 0 || since < forgotten || since > published;
  if (published === 0) return full && since > 0 ? emptyAnswer() : null;
  const from = full ? 0 : since;
  const changesMax = full ? fullPerPart : changesPerPart;
  const changes = await readChanges(sql, agentId, from, published, changesMax + 1);
  const tiersChanged = full || (await anyTierChanged(sql, from, published));
  if (changes.length === 0 && !tiersChanged) return null;
  const more = changes.length > changesMax;
  const kept = more ? changes.slice(0, changesMax) : changes;
  return {
    version: more ? kept[kept.length - 1].position : published,
    full,
    tiers: await readTiers(sql, published),
    assigned: kept.filter(isAssigned).map(({ key, ip, tier }) => ({ key, ip, tier })),
    unassigned: full ? [] : kept.filter((change) => !isAssigned(change)).map(({ key }) => key),
  };
}

/** Returns which of these agents have changes between two published positions. */
export async function agentsWithChanges(
  sql: Sql,
  agentIds: readonly string[],
  from: number,
  to: number,
): Promise<string[]> {
  if (await anyTierChanged(sql, from, to)) return [...agentIds];
  const rows = await sql.query<{ id: string }>(
    `SELECT asked.id::text AS id FROM unnest($1::uuid[]) AS asked(id)
     WHERE EXISTS (SELECT 1 FROM assignment WHERE agent_id = asked.id AND position > $2 AND position <= $3)
        OR EXISTS (SELECT 1 FROM assignment_removed WHERE agent_id = asked.id AND position > $2 AND position <= $3)`,
    [agentIds, from, to],
  );
  return rows.map(({ id }) => id);
}

function emptyAnswer(): AssignmentsResponse {
  return { version: 0, full: true, tiers: [], assigned: [], unassigned: [] };
}

function readChanges(sql: Sql, agentId: string, from: number, to: number, limit: number): Promise<ChangeRow[]> {
  return sql.query<ChangeRow>(
    `SELECT * FROM (
       (SELECT target_key AS key, position, ip, tier FROM assignment
        WHERE agent_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4)
       UNION ALL
       (SELECT target_key AS key, position, NULL AS ip, NULL AS tier FROM assignment_removed
        WHERE agent_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4)
     ) AS change ORDER BY position LIMIT $4`,
    [agentId, from, to, limit],
  );
}

async function anyTierChanged(sql: Sql, from: number, to: number): Promise<boolean> {
  const rows = await sql.query('SELECT 1 FROM assignment_tier WHERE position > $1 AND position <= $2 LIMIT 1', [
    from,
    to,
  ]);
  return rows.length > 0;
}

async function readTiers(sql: Sql, published: number): Promise<AssignedTier[]> {
  const rows = await sql.query<{ name: string; policy: StoredTierPolicy | null }>(
    `SELECT name, CASE WHEN position <= $1 THEN policy ELSE published_policy END AS policy
     FROM assignment_tier ORDER BY name`,
    [published],
  );
  return rows.flatMap(({ name, policy }) =>
    policy === null
      ? []
      : [
          {
            tier: name,
            probeIntervalMs: policy.probeIntervalMs,
            probeTimeoutMs: policy.probeTimeoutMs,
            checks: policy.checks,
          },
        ],
  );
}

function isAssigned(change: ChangeRow): change is ChangeRow & AssignedTarget {
  return change.ip !== null;
}
