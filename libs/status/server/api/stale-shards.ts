import type { NotJudged } from '@icmp-mon/status/contract';

/** Number of intervals of its tier after which a target is shown as unknown if its shard has judged nothing. */
const STALE_AFTER_INTERVALS = 3;
/** The status is shown again when its shard is closer than this. The hysteresis prevents flapping of a shard near the limit. */
const JUDGED_AGAIN_INTERVALS = 2;

export interface ShardAge {
  judgedAtMs: number | null;
  /** Age of the last judgement at the time of the read. */
  ageMs: number | null;
  /** Age of everything that the shard stores, likewise. */
  storedAgeMs: number | null;
}

/**
 * Returns the tiers and shards whose targets are not judged, given the previous ones; tiers with the same shards are grouped. A large
 * negative age counts like a positive one: a clock was set back, and nothing has been judged since.
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
