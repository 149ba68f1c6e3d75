import { shardOf } from '@icmp-mon/probing/contract';

/** Windows that begin before this instant are folded in all shards of the keys, `$n` being a list of these shards. */
const foldedInAll = (shards: string): string => `(
  SELECT min(coalesce(cut, '-infinity')) FROM unnest(${shards}::smallint[]) AS s (shard) LEFT JOIN series_cut USING (shard))`;

/**
 * SQL for rows of `probe_window` of many targets. Unlike the view, it looks for fragments only where some shard of the keys has not
 * folded yet: a window's fragments are many, and stay for an hour after it was folded.
 */
export function windowRows(
  columns: string,
  { keys, from, shards }: { keys: string; from: string; shards: string },
): string {
  const ofTargets = `target_key = ANY (${keys}::integer[]) AND window_start >= ${from}::timestamptz`;
  return `
    SELECT ${columns} FROM probe_series WHERE ${ofTargets}
    UNION ALL
    SELECT ${columns} FROM probe_recent r WHERE ${ofTargets} AND window_start >= ${foldedInAll(shards)}
      AND window_start >= coalesce((SELECT cut FROM series_cut c WHERE c.shard = r.shard), '-infinity')`;
}

export function shardsOf(keys: readonly number[], shardCount: number): number[] {
  return [...new Set(keys.map((key) => shardOf(key, shardCount)))];
}
