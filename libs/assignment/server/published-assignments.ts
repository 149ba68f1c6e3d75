import type { AssignedTier } from '@icmp-mon/assignment/contract';
import type { StoredTierPolicy } from '@icmp-mon/tiers/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { AssignmentsAnswer, type ChangeRow } from './assignments-answer';

/** Maximum changes in one response; an agent with more asks again immediately and gets the next part. */
export const ASSIGNMENTS_PER_ANSWER = 20_000;
/**
 * Maximum changes in a full response. It is one part: the version of a partial one could be older than deleted removals, so the next
 * response would be full again, forever. This number fits into 16 MiB, which agents accept; only larger responses are split.
 */
export const ASSIGNMENTS_PER_FULL_ANSWER = 150_000;

/** Changes that are read together while an answer is sent, so that many agents with long lists need little memory at the same time. */
export const CHANGES_PER_PIECE = 1_000;

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
 * Begins to read the changes for an agent after version `since`, up to the published position; null when there are none. The response is
 * `full` for version 0, for a version older than deleted removals, and for a version that this database never published.
 */
export async function assignmentsSince(
  sql: Sql,
  agentId: string,
  since: number,
  limits: { changes: number; full: number; piece: number } = {
    changes: ASSIGNMENTS_PER_ANSWER,
    full: ASSIGNMENTS_PER_FULL_ANSWER,
    piece: CHANGES_PER_PIECE,
  },
): Promise<AssignmentsAnswer | null> {
  const { published, forgotten } = await readFeedState(sql);
  const full = since === 0 || since < forgotten || since > published;
  const from = full ? 0 : since;
  const readAfter = (position: number): Promise<ChangeRow[]> =>
    published === 0 ? Promise.resolve([]) : readChanges(sql, agentId, position, published, limits.piece);
  if (published === 0 && !(full && since > 0)) return null;
  const first = await readAfter(from);
  const tiersChanged = full || (await anyTierChanged(sql, from, published));
  if (first.length === 0 && !tiersChanged) return null;
  return new AssignmentsAnswer({
    ...{ full, published, first, readAfter },
    tiers: published === 0 ? [] : await readTiers(sql, published),
    changesMax: full ? limits.full : limits.changes,
    changesPerPiece: limits.piece,
    verifyNoneMissed: async () => {
      if (!full && (await readFeedState(sql)).forgotten > since)
        throw new Error('Removals were deleted while they were read; the agent must ask again.');
    },
  });
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
