import type { TargetSort } from './target';

/** Most saved views of one user or API key. */
export const SAVED_VIEWS_MAX = 50;
export const VIEW_NAME_LENGTH_MAX = 80;
export const VIEW_COLUMNS_LENGTH_MAX = 800;

/** Parameters of the page Targets, as in its URL. Absent members have their default. */
export interface SavedViewQuery {
  q?: string;
  filter?: string;
  status?: string;
  tier?: string;
  sort?: TargetSort;
  order?: 'asc' | 'desc';
  /** Comma-separated columns. */
  columns?: string;
}

/** Body of `POST /api/v1/views` and `PUT /api/v1/views/{id}`. */
export interface SaveViewRequest {
  name: string;
  query: SavedViewQuery;
  /** Whether all users see the view; false unless set. Requires the permission `targets:write`. */
  isShared?: boolean;
}

export interface SavedView {
  id: string;
  name: string;
  query: SavedViewQuery;
  isShared: boolean;
  /** Whether the caller saved it, and may replace or delete it. */
  isOwn: boolean;
  ownerName: string;
  /** Version, also its ETag. */
  version: number;
}

/** `GET /api/v1/views`: the caller's own views and shared ones. */
export interface SavedViewList {
  items: SavedView[];
}
