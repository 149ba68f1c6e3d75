import type { RollupLevel } from './rollup-levels';

/**
 * The definition of a level: its columns, in the order of its table. The job runs it with a condition on the source's time column. The
 * migration that created tables, continuous aggregates and views has its own copy, and a test compares the two.
 */
export function rollupSelect(level: RollupLevel, condition = 'true'): string {
  const time = `time_bucket('${level.bucket}'::interval, ${level.sourceTime})`;
  return `${rollupFigures(`${time} AS bucket`, level.countType)} FROM ${level.source} WHERE ${condition} GROUP BY 1, 2, 3`;
}

/** Returns `SELECT` of target, check, bucket and all additive columns of a source, without `FROM`. */
export function rollupFigures(bucket: string, countType: RollupLevel['countType']): string {
  const count = (column: string): string => `sum(${column})::${countType} AS ${column}`;
  return `
    SELECT target_key, check_no, ${bucket},
      ${['sent', 'replied', 'lost', 'not_sent'].map(count).join(', ')},
      COALESCE(min(rtt_min_us) FILTER (WHERE replied > 0), 0) AS rtt_min_us,
      max(rtt_max_us) AS rtt_max_us,
      sum(rtt_sum_us)::bigint AS rtt_sum_us,
      sum(jitter_sum_us)::bigint AS jitter_sum_us,
      ${count('jitter_count')},
      compact_rtt_histogram(string_agg(histogram, '\\x00'::bytea)) AS histogram`;
}
