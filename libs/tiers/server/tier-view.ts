import type { Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { TargetDirectory } from '@icmp-mon/targets/contract';
import { completePolicy, type StoredTierPolicy, type TierView } from '@icmp-mon/tiers/contract';

export interface TierRow {
  name: string;
  built_in: boolean;
  policy: StoredTierPolicy;
  version: number;
  successor: string | null;
  target_count: number;
}

/** Selects tiers with the number of targets in each. */
export const SELECT_TIERS = `
  SELECT t.name, t.built_in, t.policy, t.version, t.successor,
    (SELECT count(*) FROM target_list l WHERE l.tier = t.name) AS target_count
  FROM tier t`;

export const tierView = (row: TierRow): TierView => ({
  name: row.name,
  builtIn: row.built_in,
  version: row.version,
  targetCount: row.target_count,
  successor: row.successor,
  ...completePolicy(row.policy),
});

/** Returns views with the numbers of targets in the scope; those of all targets are for callers without one. */
export async function countedInScope(
  targets: TargetDirectory,
  views: readonly TierView[],
  scope: Scope,
): Promise<TierView[]> {
  if (scope === null) return [...views];
  const counts = await targets.countByTier(scope);
  return views.map((view) => ({ ...view, targetCount: counts.get(view.name) ?? 0 }));
}

/** Returns an existing tier. */
export async function viewTier(sql: Sql, name: string): Promise<TierView> {
  const [row] = await sql.query<TierRow>(`${SELECT_TIERS} WHERE t.name = $1`, [name]);
  return tierView(row);
}

export async function countTargets(sql: Sql, tier: string): Promise<number> {
  const [{ count }] = await sql.query<{ count: number }>('SELECT count(*) AS count FROM target_list WHERE tier = $1', [
    tier,
  ]);
  return count;
}
