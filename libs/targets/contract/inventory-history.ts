import type { TargetFilter } from './filter';

/** A version of a target: its inventory from one event to the next. */
export interface TargetVersion {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  paused: boolean;
  /** Ids of the targets that it depended on. */
  parents: string[];
  notes: string | null;
  owner: string | null;
  registeredAt: string;
  version: number;
  /** Start of the version, ISO 8601. */
  validFrom: string;
  /** End of the version, exclusive, ISO 8601; null for the current version. */
  validTo: string | null;
}

/**
 * The inventory as it was. Other contexts inject it; the inventory implements it. Filters name neither `status` nor `agent`. An instant of
 * the last seconds may still gain versions, because events commit after their time.
 */
export abstract class InventoryHistory {
  /**
   * Yields the version of each matching target that was valid at an instant, in batches ordered by key.
   * @throws DomainError `invalid` for a filter with a status or agent, or an instant that is no longer stored; `unavailable` while the history is behind
   */
  abstract targetsAt(filter: TargetFilter | null, at: Date): AsyncIterable<TargetVersion[]>;

  /** Yields all versions that were valid at some time from `from` to `to` (exclusive) and match, in batches ordered by key and version. Errors as `targetsAt`. */
  abstract versionsBetween(filter: TargetFilter | null, from: Date, to: Date): AsyncIterable<TargetVersion[]>;
}
