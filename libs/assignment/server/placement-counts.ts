import type { PlacementReason } from '@icmp-mon/assignment/contract';
import type { Sql } from '@icmp-mon/platform/database';

export interface StoredPlacementCount {
  tier: string;
  reason: PlacementReason;
  count: number;
  /** How many of them no agent probes. */
  unprobed: number;
}

/** Counts the targets that are not placed as their tier asks, by tier and reason, the most first. Reads only such targets, by their index. */
export function placementCounts(sql: Sql): Promise<StoredPlacementCount[]> {
  return sql.query<StoredPlacementCount>(
    `SELECT tier, shortfall AS reason, count(*) AS count, count(*) FILTER (WHERE placed = 0) AS unprobed
     FROM assignment_target WHERE shortfall IS NOT NULL
     GROUP BY tier, shortfall ORDER BY count(*) DESC, tier, shortfall`,
  );
}
