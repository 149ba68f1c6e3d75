import { completePolicy, type StoredTierPolicy, type TierView } from '@icmp-mon/tiers/contract';

export interface TierRow {
  name: string;
  built_in: boolean;
  policy: StoredTierPolicy;
  version: number;
  target_count: number;
}

/** Selects tiers with the number of targets in each. */
export const SELECT_TIERS = `
  SELECT t.name, t.built_in, t.policy, t.version,
    (SELECT count(*) FROM target_list l WHERE l.tier = t.name) AS target_count
  FROM tier t`;

export const tierView = (row: TierRow): TierView => ({
  name: row.name,
  builtIn: row.built_in,
  version: row.version,
  targetCount: row.target_count,
  ...completePolicy(row.policy),
});
