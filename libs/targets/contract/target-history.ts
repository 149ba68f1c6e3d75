/** A member of a target before and after a change. Values are texts, or null if there is none. */
export interface MemberChange {
  /** `name`, `tier`, `paused`, `notes`, `owner`, `parent` (a target's id), or `tag:` and the key. */
  member: string;
  from: string | null;
  to: string | null;
  /** Address of a parent, also of a removed one. */
  ip?: string;
}

/** One change of a target, from the event store. */
export interface TargetChange {
  targetId: string;
  /** Version that the change made. */
  version: number;
  kind: 'registered' | 'changed' | 'removed' | 'erased';
  /** ISO 8601. */
  at: string;
  /** Actor of the change: `user:<id>`, `api-key:<id>`, or a part of the product. */
  by: string;
  /** Name of the user or API key; null for others. */
  byName: string | null;
  changes: MemberChange[];
}

/** `GET /api/v1/targets/{id}/versions`: changes, newest first; of an address, those of all targets that had it. */
export interface TargetChangePage {
  items: TargetChange[];
  /** Cursor of the next page; null on the last page. */
  next: string | null;
}
