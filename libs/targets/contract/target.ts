import type { TargetPlacement } from '@icmp-mon/assignment/contract';
import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';
import type { ShownReason, Status } from '@icmp-mon/status/contract';

export const DEFAULT_VRF = 'default';

/** Most targets that one target may depend on directly. */
export const PARENTS_MAX = 16;
/** Most targets that one target may depend on, over all levels. */
export const ANCESTORS_MAX = 1_000;
export const NOTES_LENGTH_MAX = 4_000;

/** Body of `POST /api/v1/targets`. */
export interface RegisterTargetRequest {
  ip: string;
  tier: string;
  vrf?: string;
  name?: string;
  tags?: Record<string, string>;
  /** Whether no agent probes the target; false unless set. */
  paused?: boolean;
  /** The targets that it depends on: ids, or addresses in the VRF of the target. */
  parents?: string[];
  notes?: string;
  owner?: string;
}

/**
 * Body of `PATCH /api/v1/targets/{id}`, a merge patch (RFC 7396): absent members stay unchanged, null removes name, notes, owner or a tag;
 * `parents` replaces the list. Address and VRF never change.
 */
export interface ChangeTargetRequest {
  name?: string | null;
  tags?: Record<string, string | null>;
  tier?: string;
  paused?: boolean;
  parents?: string[];
  notes?: string | null;
  owner?: string | null;
}

/**
 * Body of `PUT /api/v1/targets/{id}`: replaces everything that can change. Absent members are removed, as in a registration without them;
 * `ip` and `vrf` may be given, but must be those of the target.
 */
export interface ReplaceTargetRequest {
  tier: string;
  ip?: string;
  vrf?: string;
  name?: string | null;
  tags?: Record<string, string>;
  paused?: boolean;
  parents?: string[];
  notes?: string | null;
  owner?: string | null;
}

/** A target that another one depends on. */
export interface TargetParent {
  id: string;
  ip: string;
  vrf: string;
}

/** A target in the API and the status stream: inventory and status in one row. */
export interface TargetView {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  /** Whether no agent probes the target. */
  paused: boolean;
  /** The targets that it depends on, ordered by VRF and address. */
  parents: TargetParent[];
  notes: string | null;
  owner: string | null;
  registeredAt: string;
  /** Version of the target's stream, also its ETag. */
  version: number;
  status: Status;
  reason: ShownReason | null;
  /** Start of the status, ISO 8601; null until the target is judged for the first time. */
  since: string | null;
  /** Last success before the latest status change, ISO 8601. A target that is up has newer successes. */
  lastSuccessAt: string | null;
  /** Time up to which the target's shard has judged, ISO 8601; null while it has judged nothing. */
  asOf: string | null;
  /** Why the target is not placed as its tier asks, as last decided; null if it is, or is paused. */
  placement: TargetPlacement | null;
  /** The open occurrence of maintenance that it is in and that ends last; null if it is in none. */
  maintenance: TargetMaintenance | null;
}

export const TARGET_SORTS = ['status', 'ip', 'name', 'tier', 'since'] as const;
export type TargetSort = (typeof TARGET_SORTS)[number];

/**
 * Query of `GET /api/v1/targets`. `q` is parsed by `searchPieces`, `filter` by `parseFilter`; `status` is a comma-separated list. A target
 * must match all that are given. At most one of `cursor`, `position` and `around` sets the start of the page; without any, it is the first page.
 */
export interface TargetListQuery {
  /** The inventory as it was at this time: `GET /api/v1/targets?at=…` returns a `TargetVersionPage`. */
  at?: string;
  q?: string;
  filter?: string;
  status?: string;
  tier?: string;
  vrf?: string;
  sort?: TargetSort;
  order?: 'asc' | 'desc';
  cursor?: string;
  /** Number of rows before the page. */
  position?: number;
  /** Id of the target in the middle of the page; if the filter excludes it, the page is around the position where it would be. */
  around?: string;
  /** 1 to 500, 100 unless set. */
  limit?: number;
}

export interface TargetPage {
  items: TargetView[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
  /** Targets that match the filter, over all pages. */
  total: number;
  /** Number of rows before the page; null on pages by cursor. */
  position: number | null;
  /** Time up to which every shard has judged, ISO 8601; null while a shard has judged nothing. */
  asOf: string | null;
}

/** Number of targets by status. */
export type StatusCounts = Record<Status, number>;

/** `GET /api/v1/targets/counts`; `asOf` as in `TargetPage`. */
export type StatusCountsView = StatusCounts & { asOf: string | null };

/** Most targets whose results one stream may contain; the tabs of a browser share a stream. */
export const LIVE_TARGETS_MAX = 20;
