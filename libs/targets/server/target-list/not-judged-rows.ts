import { type Judged, STATUSES } from '@icmp-mon/status/contract';
import type { TargetSort } from '@icmp-mon/targets/contract';
import type { Filter } from './list-filter';

/** A column or expression with its type. */
export interface SortKey {
  column: string;
  type: string;
}

const UNKNOWN_RANK = STATUSES.indexOf('unknown');

/**
 * Returns the SQL condition for the rows of `target_list` whose stored status must not be shown because their shard is not judged; null
 * while there are none, so that queries then stay simple. Adds its parameters to `params`.
 */
export function notJudgedRows(judged: Judged, params: unknown[]): string | null {
  const groups = judged.notJudged.map(({ tiers, shards }) => {
    params.push(tiers, shards);
    const [ofTiers, ofShards] = [`$${params.length - 1}`, `$${params.length}`];
    return `(tier = ANY (${ofTiers}::text[]) AND key % ${judged.shardCount} = ANY (${ofShards}::integer[]))`;
  });
  return groups.length === 0 ? null : `(${groups.join(' OR ')})`;
}

/** Returns the SQL condition for statuses, given by rank: rows that are not judged count as unknown only. */
export function statusCondition(ranks: readonly number[], judged: Judged, params: unknown[]): string {
  params.push(ranks.length === 1 ? ranks[0] : ranks);
  const place = `$${params.length}`;
  const stored = ranks.length === 1 ? `status_rank = ${place}::smallint` : `status_rank = ANY (${place}::smallint[])`;
  const notJudged = notJudgedRows(judged, params);
  if (notJudged === null) return stored;
  return ranks.includes(UNKNOWN_RANK) ? `(${stored} OR ${notJudged})` : `(${stored} AND NOT ${notJudged})`;
}

/** Returns the sort key of a list. While some rows are not judged, their shown status and its age differ from the columns. */
export function shownSortKey(sort: TargetSort, { column, type }: SortKey, judged: Judged, { params }: Filter): SortKey {
  if (sort !== 'status' && sort !== 'since') return { column, type };
  const notJudged = notJudgedRows(judged, params);
  if (notJudged === null) return { column, type };
  if (sort === 'status') {
    return { column: `(CASE WHEN ${notJudged} THEN ${UNKNOWN_RANK}::smallint ELSE ${column} END)`, type };
  }
  params.push(judged.byShard);
  const judgedAt = `coalesce(($${params.length}::timestamptz[])[key % ${judged.shardCount} + 1], '-infinity')`;
  return { column: `(CASE WHEN reason IS NOT NULL AND ${notJudged} THEN ${judgedAt} ELSE ${column} END)`, type };
}

/** Returns the SQL of the status rank by which rows are counted. */
export function shownRank(judged: Judged, params: unknown[]): string {
  const notJudged = notJudgedRows(judged, params);
  return notJudged === null
    ? 'status_rank'
    : `CASE WHEN ${notJudged} THEN ${UNKNOWN_RANK}::smallint ELSE status_rank END`;
}
