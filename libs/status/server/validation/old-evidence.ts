import type { Sql } from '@icmp-mon/platform/database';

const ROWS_PER_STEP = 5_000;

/** Deletes, in short steps, changes of checks that are published, and entries of evidence logs, before `olderThan`. Returns how many. */
export async function forgetOldEvidence(sql: Sql, olderThan: Date, signal?: AbortSignal): Promise<number> {
  const steps = [
    // The last published change of a shard is kept: its numbering continues from there.
    `DELETE FROM check_change WHERE (shard, change_seq) IN (
       SELECT c.shard, c.change_seq FROM check_change c JOIN check_publication p ON p.shard = c.shard
       WHERE c.change_seq < p.published_seq AND c.at < $1 LIMIT ${ROWS_PER_STEP})`,
    `DELETE FROM check_evidence WHERE (target_key, check_no, chain, entry) IN (
       SELECT target_key, check_no, chain, entry FROM check_evidence WHERE ends_at < $1 LIMIT ${ROWS_PER_STEP})`,
  ];
  let forgotten = 0;
  for (const step of steps) {
    for (let deleted = ROWS_PER_STEP; deleted === ROWS_PER_STEP && !signal?.aborted;) {
      deleted = await sql.execute(step, [olderThan]);
      forgotten += deleted;
    }
  }
  return forgotten;
}
