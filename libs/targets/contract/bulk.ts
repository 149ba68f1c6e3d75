import type { Scope } from '@icmp-mon/identity/contract';
import type { ImportOrder } from './import';

/** Most targets of one bulk change. */
export const BULK_TARGETS_MAX = 500_000;
/** Most ids in `BulkChangeRequest.targets`. */
export const BULK_IDS_MAX = 500;
/** Most addresses that one request expands. */
export const EXPAND_ADDRESSES_MAX = 4_096;
/** Targets in the sample of a preview. */
export const BULK_SAMPLE = 20;
/** Most targets that a job lists in `failures`; the counts include all of them. */
export const BULK_FAILURES_MAX = 500;

/** A change of each selected target; at least one member is set. */
export interface BulkChange {
  /** Tags to set; a value replaces the current one. */
  addTags?: Record<string, string>;
  /** Keys of tags to remove. */
  removeTags?: string[];
  tier?: string;
  paused?: boolean;
  /** null removes the owner. */
  owner?: string | null;
}

/**
 * Body of `POST /api/v1/targets:bulk`. Exactly one of `filter` and `targets` selects the targets, and exactly one of `change` and `remove`
 * states what happens to them.
 */
export interface BulkChangeRequest {
  /** A filter (docs/filter-language.md); `vrf ~ "*"` selects all targets. */
  filter?: string;
  /** Ids of targets. */
  targets?: string[];
  change?: BulkChange;
  remove?: boolean;
  /** Only counts and lists; answered by `BulkPreview`. */
  dryRun?: boolean;
  /** `count` of the dry run: refused with 409 if the number of selected targets differs too much from it. */
  expectedCount?: number;
}

/** Body of `POST /api/v1/targets:expand`: registers each host address of a block. */
export interface ExpandRequest {
  /** An IPv4 or IPv6 block in canonical form, of at most `EXPAND_ADDRESSES_MAX` addresses. */
  cidr: string;
  vrf?: string;
  tier: string;
  tags?: Record<string, string>;
  /** Name of each target: `{ip}` is its address, `{n}` its number within the block, from 1. */
  namePattern?: string;
  dryRun?: boolean;
}

/** A target in a preview or a list of failures; `id` is null for an address that is not a target. */
export interface BulkTarget {
  id: string | null;
  ip: string;
  vrf: string;
  name: string | null;
}

/**
 * Why a target is not changed:
 * - `unchanged`: it already is as asked
 * - `already_target`: the address is already a target of the VRF
 * - `removed`: it was removed after the job was accepted
 * - `no_longer_matches`: it was changed after the job was accepted, and the filter no longer selects it
 * - `too_many_tags`: it would have more tags than allowed
 * - `has_dependents`: it cannot be removed, because targets that are not selected depend on it
 * - `outside_scope`: it would not be in the scope of who requested the job
 * - `refused`: the change is not allowed for this target
 */
export const BULK_REASONS = [
  'unchanged',
  'already_target',
  'removed',
  'no_longer_matches',
  'too_many_tags',
  'has_dependents',
  'outside_scope',
  'refused',
] as const;
export type BulkReason = (typeof BULK_REASONS)[number];

/** Members of a change. */
export const BULK_MEMBERS = [
  'addTags',
  'removeTags',
  'tier',
  'paused',
  'owner',
] as const satisfies readonly (keyof BulkChange)[];

/** Selected targets that would not be changed, by reason. */
export interface BulkSkipped {
  reason: BulkReason;
  text: string;
  count: number;
  /** The first `BULK_SAMPLE`. */
  sample: BulkTarget[];
}

/** A member of a change, and how many targets it changes. */
export interface BulkMemberCount {
  member: keyof BulkChange;
  changes: number;
}

/** Answer to a dry run. */
export interface BulkPreview {
  /** Selected targets, the `expectedCount` of the real run; or addresses of the block. */
  count: number;
  /** How many of them would be changed, removed or registered. */
  changes: number;
  /** Of a change: how many of these each of its members changes. */
  members: BulkMemberCount[];
  /** The first `BULK_SAMPLE` of `changes`. */
  sample: BulkTarget[];
  skipped: BulkSkipped[];
}

export const BULK_KINDS = ['change', 'remove', 'expand', 'import'] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

export const BULK_STATES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type BulkState = (typeof BULK_STATES)[number];

/** Numbers of targets; their sum is the job's `done`. */
export interface BulkCounts {
  /** Changed, removed or registered; of a dry run, how many would be. */
  changed: number;
  /** Already as asked. */
  unchanged: number;
  /** Removed or changed by others in the meantime, or already a target. */
  skipped: number;
  /** Refused by a rule. */
  failed: number;
}

/** A job in `GET /api/v1/bulk-jobs`. */
export interface BulkJobView extends BulkCounts {
  id: string;
  kind: BulkKind;
  state: BulkState;
  /** Null if the targets were selected by their ids, and for `expand` and `import`. */
  filter: string | null;
  /** Of kind `change`. */
  change: BulkChange | null;
  /** Of kind `expand`. */
  expand: Omit<ExpandRequest, 'dryRun'> | null;
  /** Of kind `import`. */
  import: ImportOrder | null;
  /** Scope of who requested it: filter of the only targets that the job touches; null without a limit. */
  scope: Scope;
  total: number;
  /** Of `changed`, the registered ones. */
  created: number;
  /** Targets processed so far. */
  done: number;
  /** `user:<id>` or `api-key:<id>`. */
  requestedBy: string;
  requestedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  /** Why a job failed; null otherwise. */
  error: string | null;
}

/** A target that was skipped or failed. */
export interface BulkFailure extends BulkTarget {
  reason: BulkReason;
  text: string;
}

/** `GET /api/v1/bulk-jobs/{id}` and the answers to `POST /targets:bulk`, `POST /targets:expand`, `POST /bulk-jobs/{id}/cancel`. */
export interface BulkJobDetail extends BulkJobView {
  /** The first `BULK_FAILURES_MAX` targets that were skipped or failed; none of an import, whose lines have results of their own. */
  failures: BulkFailure[];
}

/** `GET /api/v1/bulk-jobs`: unfinished and recent jobs, the newest first. */
export interface BulkJobList {
  items: BulkJobView[];
}
