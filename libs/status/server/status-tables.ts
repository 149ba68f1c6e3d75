import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import type { PairChangeMark, SealedPairChanges } from './pair-change-log';

/** Row of `status_change` without its shard. */
export interface ChangeRow {
  change_seq: number;
  target_key: number;
  target_id: string;
  ip: string;
  vrf: string;
  tier: string;
  from_status: Status;
  to_status: Status;
  reason: StatusReason;
  at: string | Date;
  since: string | Date;
  last_success_at: string | Date | null;
  votes: Votes;
  removed: boolean;
  position: number;
}

/**
 * Verdicts of the selected agents on one target as parallel lists: agents, checks, letters of `agent_verdict`, and since when (ms since
 * 1970, 0 if never).
 */
export interface TargetVerdicts {
  agents: string[];
  checks: number[];
  letters: string;
  sinceMs: number[];
}

/** Row of `target_verdict` without its shard. */
export interface VerdictRow extends TargetVerdicts {
  targetKey: number;
}

/** Row of `pair_change` without its shard. */
export interface PairChangeRow extends SealedPairChanges {
  position: number;
}

/** Stored statuses of a shard, and the number of its last change. */
export interface StoredStatuses {
  changeSeq: number;
  /** `everReplied`: whether any agent ever got a reply. */
  states: Map<number, { status: Status; reason: StatusReason; sinceMs: number; everReplied: boolean }>;
  /** The last stored record of pair changes; null before the first. */
  pairChanges: PairChangeMark | null;
}

/** Store of statuses and verdicts; `T` is the transaction that a shard's store gives to its participants. */
export interface StatusTables<T> {
  readStatuses(rows: T, shard: number): Promise<StoredStatuses>;
  /** Reads targets as their latest status changes describe them, by key. */
  lastKnown(rows: T, shard: number, keys: readonly number[]): Promise<Map<number, TargetEntry>>;
  /** Stores changes of one shard in their order, and the resulting statuses. */
  storeChanges(rows: T, shard: number, changes: readonly ChangeRow[]): Promise<void>;
  storeVerdicts(rows: T, shard: number, verdicts: readonly VerdictRow[]): Promise<void>;
  /** Stores records of one shard in their order. */
  storePairChanges(rows: T, shard: number, records: readonly PairChangeRow[]): Promise<void>;
  forgetVerdicts(rows: T, shard: number, keys: readonly number[]): Promise<void>;
}
