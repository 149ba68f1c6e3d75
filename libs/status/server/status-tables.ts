import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { TargetEntry } from '@icmp-mon/shard/engine';

/** One row of `status_change`, but for its shard. */
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

/** What the selected agents say of one target, in parallel: agents, checks, letters of `agent_verdict`, and since when (ms since 1970, 0: not at all). */
export interface TargetVerdicts {
  agents: string[];
  checks: number[];
  letters: string;
  sinceMs: number[];
}

/** One row of `target_verdict`, but for its shard. */
export interface VerdictRow extends TargetVerdicts {
  targetKey: number;
}

/** Statuses of a shard as they are stored, and the number of its last change. */
export interface StoredStatuses {
  changeSeq: number;
  /** `answered`: some agent once had an answer. */
  states: Map<number, { status: Status; reason: StatusReason; sinceMs: number; answered: boolean }>;
}

/** Where statuses and verdicts are stored; `T` is what a shard's store gives its participants to read and write with. */
export interface StatusTables<T> {
  readStatuses(rows: T, shard: number): Promise<StoredStatuses>;
  /** Targets as their latest status changes name them, by key. */
  lastKnown(rows: T, shard: number, keys: readonly number[]): Promise<Map<number, TargetEntry>>;
  /** Stores changes of one shard in their order, and the statuses that they lead to. */
  storeChanges(rows: T, shard: number, changes: readonly ChangeRow[]): Promise<void>;
  storeVerdicts(rows: T, shard: number, verdicts: readonly VerdictRow[]): Promise<void>;
  forgetVerdicts(rows: T, shard: number, keys: readonly number[]): Promise<void>;
}
