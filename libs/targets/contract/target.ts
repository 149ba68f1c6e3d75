import type { ShownReason, Status } from '@icmp-mon/status/contract';

export const DEFAULT_VRF = 'default';

/** Body of `POST /api/v1/targets`. */
export interface RegisterTargetRequest {
  ip: string;
  tier: string;
  vrf?: string;
  name?: string;
  tags?: Record<string, string>;
}

/**
 * Body of `PATCH /api/v1/targets/{id}`, a merge patch (RFC 7396): what is left out stays, null removes the name or a tag. Address and
 * VRF never change.
 */
export interface ChangeTargetRequest {
  name?: string | null;
  tags?: Record<string, string | null>;
  tier?: string;
}

/** A target as the API and the status stream show it: inventory and status in one row. */
export interface TargetView {
  id: string;
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  registeredAt: string;
  /** Version of the target's stream, also its ETag. */
  version: number;
  status: Status;
  reason: ShownReason | null;
  /** When the status began, ISO 8601; null while nothing was ever judged. */
  since: string | null;
  /** Last success before the latest change of status, ISO 8601. A target that is up has newer ones. */
  lastSuccessAt: string | null;
  /** Up to when the target's shard has judged, ISO 8601; null while it has judged nothing. */
  asOf: string | null;
}

export const TARGET_SORTS = ['status', 'ip', 'name', 'tier', 'since'] as const;
export type TargetSort = (typeof TARGET_SORTS)[number];

/**
 * Query of `GET /api/v1/targets`. `q` is read by `searchPieces`; `status` is a comma-separated list. At most one of `cursor`,
 * `position` and `around` sets where the page begins; without any it is the first.
 */
export interface TargetListQuery {
  q?: string;
  status?: string;
  tier?: string;
  vrf?: string;
  sort?: TargetSort;
  order?: 'asc' | 'desc';
  cursor?: string;
  /** Rows of the list before the page. */
  position?: number;
  /** Id of the target in the middle of the page: its place in the list, or the place where it would be. */
  around?: string;
  /** 1 to 500, 100 unless set. */
  limit?: number;
}

export interface TargetPage {
  items: TargetView[];
  /** Cursor of the next page, null on the last. */
  next: string | null;
  /** Targets that match the filter, over all pages. */
  total: number;
  /** Rows of the list before the page; null on pages by cursor. */
  position: number | null;
  /** Up to when every shard has judged, ISO 8601; null while one has judged nothing. */
  asOf: string | null;
}

/** All targets by status. */
export type StatusCounts = Record<Status, number>;

/** `GET /api/v1/targets/counts`; `asOf` as in `TargetPage`. */
export type StatusCountsView = StatusCounts & { asOf: string | null };

/** Targets whose results one stream may carry: the tabs of a browser share one. */
export const LIVE_TARGETS_MAX = 20;
