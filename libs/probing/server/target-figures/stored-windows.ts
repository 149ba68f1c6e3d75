import { shardOf } from '@icmp-mon/probing/contract';

/** SQL: the time before which windows are folded in all shards of the list `shards`. */
const foldedInAll = (shards: string): string => `(
  SELECT min(coalesce(cut, '-infinity')) FROM unnest(${shards}::smallint[]) AS s (shard) LEFT JOIN series_cut USING (shard))`;

/**
 * Returns SQL for rows of `probe_window` of many targets. Unlike the view, it reads fragments only where some shard of the keys has not
 * folded yet: fragments of a window are many, and are kept for an hour after its fold.
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
