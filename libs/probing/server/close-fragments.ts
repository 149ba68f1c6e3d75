import { WINDOW_MS } from '@icmp-mon/probing/contract';
import type { WriterTransaction } from '@icmp-mon/platform/shard';

const COLUMNS = `target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us, rtt_max_us,
  rtt_sum_us, jitter_sum_us, jitter_count, histogram, body`;

/**
 * Makes each stored fragment of a shard's open windows a row of `probe_series` and moves the cut behind them, so that readers see
 * them as before. Returns that cut, ms since 1970; 0 when nothing was open.
 */
export async function closeFragments(transaction: WriterTransaction, shard: number): Promise<number> {
  const open = `FROM probe_recent r WHERE r.shard = $1
    AND r.window_start >= coalesce((SELECT cut FROM series_cut WHERE series_cut.shard = $1), '-infinity')`;
  const [row] = await transaction.query<{ last_ms: number | null }>(
    `SELECT (extract(epoch FROM max(r.window_start)) * 1000)::float8 AS last_ms ${open}`,
    [shard],
  );
  if (row?.last_ms === null || row?.last_ms === undefined) return 0;
  await transaction.query(`INSERT INTO probe_series (${COLUMNS}) SELECT ${COLUMNS} ${open}`, [shard]);
  const cutMs = row.last_ms + WINDOW_MS;
  await transaction.query(
    `INSERT INTO series_cut (shard, cut) VALUES ($1, $2) ON CONFLICT (shard) DO UPDATE SET cut = excluded.cut`,
    [shard, new Date(cutMs)],
  );
  return cutMs;
}
