import type { FeedFact } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';

/** Channel that notifies listeners when facts wait to be published. */
export const FEED_APPENDED_CHANNEL = 'shard_feed_appended';

// Any number that no other advisory lock of this database uses.
const FEED_LOCK = 72_110_301;

export interface PlacedFact {
  position: number;
  shard: number;
  subject: string;
  fact: FeedFact;
}

/**
 * Locks the feed, so that until its end this transaction is the only one that appends. Positions then become visible in their order: a
 * reader that has seen one never misses an earlier one.
 */
export async function lockFeed(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [FEED_LOCK]);
}

/** Returns new positions of the feed, ascending. The caller must hold the feed lock. */
export async function reserveFeedPositions(sql: Sql, count: number): Promise<number[]> {
  const rows = await sql.query<{ position: number }>(
    `SELECT nextval('shard_feed_position') AS position FROM generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ position }) => position).sort((a, b) => a - b);
}

/** Appends facts. The publisher sends them to the shards, and then makes them visible to agents. */
export async function appendFacts(sql: Sql, facts: readonly PlacedFact[]): Promise<void> {
  if (facts.length === 0) return;
  await sql.execute(
    `INSERT INTO shard_feed (position, shard, subject, fact)
     SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::jsonb[])`,
    [
      facts.map(({ position }) => position),
      facts.map(({ shard }) => shard),
      facts.map(({ subject }) => subject),
      facts.map(({ fact }) => JSON.stringify(fact)),
    ],
  );
  await sql.query('SELECT pg_notify($1, $2)', [FEED_APPENDED_CHANNEL, '']);
}
