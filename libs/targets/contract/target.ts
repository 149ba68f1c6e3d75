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
 * Query of `GET /api/v1/targets`. `q` matches the start of an address or name, or `key=value` for a tag;
 * `status` is a comma-separated list.
 */
export interface TargetListQuery {
  q?: string;
  status?: string;
  tier?: string;
  vrf?: string;
  sort?: TargetSort;
  order?: 'asc' | 'desc';
  cursor?: string;
  /** 1 to 500, 100 unless said. */
  limit?: number;
}

export interface TargetPage {
  items: TargetView[];
  /** Cursor of the next page, null on the last. */
  next: string | null;
  /** Targets that match the filter, over all pages. */
  total: number;
  /** Up to when every shard has judged, ISO 8601; null while one has judged nothing. */
  asOf: string | null;
}

/** All targets by status. */
export type StatusCounts = Record<Status, number>;

/** `GET /api/v1/targets/counts`; `asOf` as in `TargetPage`. */
export type StatusCountsView = StatusCounts & { asOf: string | null };

/** Targets whose results one stream may carry: the tabs of a browser share one. */
export const LIVE_TARGETS_MAX = 20;
