import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import type { LateRow } from './late/late-marks';
import type { PairChangeMark, SealedPairChanges } from './pair-change-log';
import type { Judgement } from './consensus';
import type { FlappingMark } from './flapping';

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
  /** Null in rows of releases that did not know it. */
  began_at: string | Date | null;
  /** Null unless the target flaps. */
  flapping_since: string | Date | null;
  flapping_changes: number | null;
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

/** A row of `target_status` as the recovery needs it. */
export interface StoredStatus extends Judgement {
  sinceMs: number;
  beganMs: number;
  flapping: FlappingMark | null;
  /** Whether any agent ever got a reply. */
  everReplied: boolean;
}

/** Stored statuses of a shard, and the number of its last change. */
export interface StoredStatuses {
  changeSeq: number;
  states: Map<number, StoredStatus>;
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
  /** Notes targets whose late results make it necessary to judge them again. */
  storeLate(rows: T, shard: number, late: readonly LateRow[]): Promise<void>;
  forgetVerdicts(rows: T, shard: number, keys: readonly number[]): Promise<void>;
}
