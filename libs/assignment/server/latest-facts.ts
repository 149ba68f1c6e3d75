import type { FeedFact } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Reads the latest facts of a shard up to the published position: the last fact per subject, in the order of their positions. */
export async function latestFacts(sql: Sql, shard: number): Promise<{ facts: FeedFact[]; feedPosition: number }> {
  const [row] = await sql.query<{ facts: FeedFact[]; published: number }>(
    `SELECT state.published, coalesce((
       SELECT jsonb_agg(last.fact ORDER BY last.position) FROM (
         SELECT DISTINCT ON (subject) fact, position FROM shard_feed
         WHERE shard = $1 AND position <= state.published ORDER BY subject, position DESC) AS last
       WHERE last.fact ->> 'kind' <> 'target-removed'), '[]') AS facts
     FROM shard_feed_state state`,
    [shard],
  );
  return { facts: row?.facts ?? [], feedPosition: row?.published ?? 0 };
}
