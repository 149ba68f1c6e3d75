import type { Sql } from '@icmp-mon/platform/database';

const CHANGES_PER_STEP = 5_000;

/**
 * Deletes status changes before `olderThan`, in short steps. Returns how many. Kept are:
 * - for each target that is not removed, the changes that give its status at that time, and since when;
 * - changes that are not published yet;
 * - the last change of each shard, from which its numbering continues.
 */
export async function forgetOldChanges(sql: Sql, olderThan: Date, signal?: AbortSignal): Promise<number> {
  const shards = await sql.query<{ shard: number; published_seq: number }>(
    'SELECT shard, published_seq FROM status_publication ORDER BY shard',
  );
  let forgotten = 0;
  for (const { shard, published_seq: publishedSeq } of shards) {
    let afterSeq: number | null = -1;
    while (afterSeq !== null && !signal?.aborted) {
      const step: { lastSeq: number | null; forgotten: number } = await forgetStep(sql, {
        shard,
        afterSeq,
        publishedSeq,
        olderThan,
      });
      forgotten += step.forgotten;
      afterSeq = step.lastSeq;
    }
  }
  return forgotten;
}

interface Step {
  shard: number;
  afterSeq: number;
  publishedSeq: number;
  olderThan: Date;
}

/** Processes the next changes of a shard in order of their numbers; `lastSeq` is null once they are too young. */
async function forgetStep(
  sql: Sql,
  { shard, afterSeq, publishedSeq, olderThan }: Step,
): Promise<{ lastSeq: number | null; forgotten: number }> {
  const [seen] = await sql.query<{ last_seq: number | null; oldest: Date | null }>(
    `SELECT max(change_seq) AS last_seq, min(at) AS oldest FROM (
       SELECT change_seq, at FROM status_change WHERE shard = $1 AND change_seq > $2 AND change_seq < $3
       ORDER BY change_seq LIMIT ${CHANGES_PER_STEP}) next`,
    [shard, afterSeq, publishedSeq],
  );
  const lastSeq = seen?.last_seq ?? null;
  if (lastSeq === null || !seen?.oldest || seen.oldest >= olderThan) return { lastSeq: null, forgotten: 0 };
  const forgotten = await sql.execute(
    `DELETE FROM status_change c
     WHERE c.shard = $1 AND c.change_seq > $2 AND c.change_seq <= $3 AND c.at < $4
       AND (c.removed OR EXISTS (
         SELECT FROM status_change later
         WHERE later.target_key = c.target_key AND later.change_seq > c.change_seq AND later.at < $4
           -- A change of the reason alone does not say since when the status is what it is.
           AND (later.from_status <> later.to_status OR c.from_status = c.to_status)))`,
    [shard, afterSeq, lastSeq, olderThan],
  );
  return { lastSeq, forgotten };
}
