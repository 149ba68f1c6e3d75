import { WINDOW_MS } from '@icmp-mon/probing/wire';
import type { Sql } from '@icmp-mon/platform/database';
import type { WriterTransaction } from '@icmp-mon/shard/engine';

const COLUMNS = `target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us, rtt_max_us,
  rtt_sum_us, jitter_sum_us, jitter_count, histogram, body`;

/**
 * Stores the fragments of a shard's open windows as final windows: copies them into `probe_series` and moves the watermark past them. Readers
 * see the same samples as before. Fragments committed ahead of the series' own position are deleted if their records will be read again: after `position`, or
 * never if the log was recreated (null). Returns the watermark, ms since 1970; 0 when there is none.
 */
export async function closeFragments(
  transaction: WriterTransaction,
  shard: number,
  position: number | null,
): Promise<number> {
  if (position !== null) {
    await transaction.query(
      `DELETE FROM probe_recent WHERE shard = $1 AND position > greatest($2,
         (SELECT p.position FROM shard_position p WHERE p.shard = $1 AND p.participant = 'series'))`,
      [shard, position],
    );
  }
  const [before] = await transaction.query<{ cut: Date | null }>('SELECT cut FROM series_cut WHERE shard = $1', [
    shard,
  ]);
  const open = `FROM probe_recent r WHERE r.shard = $1
    AND r.window_start >= coalesce((SELECT cut FROM series_cut WHERE series_cut.shard = $1), '-infinity')`;
  await transaction.query(`INSERT INTO probe_series (${COLUMNS}) SELECT ${COLUMNS} ${open}`, [shard]);
  // The watermark never decreases: windows that readers treat as folded stay folded.
  const [row] = await transaction.query<{ cut_ms: number | null }>(
    `WITH last AS (SELECT max(r.window_start) + $2 * interval '1 millisecond' AS cut ${open}),
          moved AS (
            INSERT INTO series_cut (shard, cut) SELECT $1, last.cut FROM last WHERE last.cut IS NOT NULL
            ON CONFLICT (shard) DO UPDATE SET cut = excluded.cut)
     SELECT (extract(epoch FROM greatest((SELECT cut FROM last), (SELECT cut FROM series_cut WHERE shard = $1))) * 1000)::float8
            AS cut_ms`,
    [shard, WINDOW_MS],
  );
  // Live streams follow positions: those of a lost log would hide the new ones.
  if (position === null) {
    await transaction.query('DELETE FROM probe_recent WHERE shard = $1 AND window_start >= $2', [
      shard,
      before?.cut ?? '-infinity',
    ]);
  }
  return row?.cut_ms ?? 0;
}

/**
 * Deletes folded fragments, which only live streams still read, of a shard whose log is lost. Call it before `closeFragments`: there may be
 * an hour of them, too many for a transaction that others wait for.
 */
export async function forgetFolded(sql: Sql, shard: number): Promise<void> {
  await sql.execute(
    `DELETE FROM probe_recent WHERE shard = $1
       AND window_start < (SELECT cut FROM series_cut WHERE series_cut.shard = $1)`,
    [shard],
  );
}
