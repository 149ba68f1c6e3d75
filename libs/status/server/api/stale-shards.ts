import type { NotJudged } from '@icmp-mon/status/contract';

/** Intervals of its tier after which a target whose shard has judged nothing is not shown as up, degraded or down. */
const STALE_AFTER_INTERVALS = 3;
/** It is shown again once its shard is nearer than this: in between nothing changes, so that a shard at the edge does not flap. */
const JUDGED_AGAIN_INTERVALS = 2;

export interface ShardAge {
  judgedAtMs: number | null;
  /** How long ago that was when it was read. */
  ageMs: number | null;
  /** The same of all that the shard stores. */
  storedAgeMs: number | null;
}

/**
 * The tiers and shards whose targets are not judged, given what was so before; tiers with the same shards together. An age far
 * below zero is as old as one above: then a clock was set back and nothing has been judged since.
 */
export function staleShards(
  ages: readonly ShardAge[],
  tiers: readonly { name: string; interval_ms: number }[],
  elapsedMs: number,
  before: ReadonlySet<string>,
): { notJudged: NotJudged[]; stale: ReadonlySet<string> } {
  const stale = new Set<string>();
  const byShards = new Map<string, NotJudged>();
  for (const { name, interval_ms: intervalMs } of tiers) {
    const shards = ages.flatMap(({ ageMs }, shard) => {
      const id = `${shard} ${name}`;
      const intervals = before.has(id) ? JUDGED_AGAIN_INTERVALS : STALE_AFTER_INTERVALS;
      if (ageMs !== null && Math.abs(ageMs + elapsedMs) < intervals * intervalMs) return [];
      stale.add(id);
      return [shard];
    });
    if (shards.length === 0) continue;
    const group = byShards.get(shards.join()) ?? { tiers: [], shards };
    group.tiers.push(name);
    byShards.set(shards.join(), group);
  }
  return { notJudged: [...byShards.values()], stale };
}
