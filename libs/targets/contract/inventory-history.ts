import type { Scope } from '@icmp-mon/identity/contract';
import type { TargetFilter } from './filter';
import type { TargetSort } from './target';

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
  /** End of the version, exclusive, ISO 8601; null for the current version. An end of the last seconds may still be missing. */
  validTo: string | null;
}

/** Orders of the inventory at an instant: those of the list that depend on no status. */
export const VERSION_SORTS = ['ip', 'name', 'tier'] as const satisfies readonly TargetSort[];
export type VersionSort = (typeof VERSION_SORTS)[number];

/** `GET /api/v1/targets?at=…`: a page of the inventory as it was at an instant. */
export interface TargetVersionPage {
  /** The instant, ISO 8601. */
  at: string;
  items: TargetVersion[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
  /** Targets that match the filter, over all pages. */
  total: number;
}

/**
 * The inventory as it was. Other contexts inject it; the inventory implements it. Filters name neither `status` nor `agent`. An instant of
 * the last seconds may still gain versions, because events commit after their time.
 */
export abstract class InventoryHistory {
  /**
   * Returns the target of the scope that an id or address identified at an instant, also of a target that was removed later.
   * @throws DomainError `not_found`; `ambiguous` for an address in several VRFs; `invalid` for an instant that is no longer stored; `unavailable`
   */
  abstract findTargetAt(ref: string, vrf: string | undefined, at: Date, scope: Scope): Promise<TargetVersion>;

  /**
   * Yields the version of each matching target that was valid at an instant, in batches ordered by key.
   * @throws DomainError `invalid` for a filter with a status or agent, or an instant that is no longer stored; `unavailable` while the history is behind
   */
  abstract targetsAt(filter: TargetFilter | null, at: Date): AsyncIterable<TargetVersion[]>;

  /** Yields all versions that were valid at some time from `from` to `to` (exclusive) and match, in batches ordered by key and version. Errors as `targetsAt`. */
  abstract versionsBetween(filter: TargetFilter | null, from: Date, to: Date): AsyncIterable<TargetVersion[]>;
}
