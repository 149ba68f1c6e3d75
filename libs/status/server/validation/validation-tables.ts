import type { CheckType } from '@icmp-mon/probing/contract';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import type { CheckAnswer, CheckReason, CheckStatus, OpenEvidence } from '@icmp-mon/status/contract';
import type { CheckStart } from './validated-check';

/** Row of `check_change` without its shard. */
export interface CheckChangeRow {
  change_seq: number;
  target_key: number;
  target_id: string;
  ip: string;
  vrf: string;
  tier: string;
  check_no: number;
  type: CheckType;
  port: number | null;
  from_status: CheckStatus;
  to_status: CheckStatus;
  reason: CheckReason;
  at: string;
  answer: CheckAnswer | null;
  chain: number;
  entry: number;
  hash: string;
  removed: boolean;
  position: number;
}

/** Row of `check_status` without its shard. */
export interface CheckStatusRow {
  target_key: number;
  check_no: number;
  target_id: string;
  ip: string;
  vrf: string;
  tier: string;
  type: CheckType;
  port: number | null;
  change_seq: number;
  status: CheckStatus;
  reason: CheckReason;
  since: string;
  last_proof_at: string | null;
  last_answer: CheckAnswer | null;
  chain: number;
  entries: number;
  hash: string;
  open_entry: OpenEvidence;
}

/** Row of `check_evidence` without its shard. */
export interface EvidenceRow {
  target_key: number;
  check_no: number;
  chain: number;
  entry: number;
  from: string;
  until: string;
  /** The entry as it was sealed: the text that is hashed must not change in the database. */
  line: string;
  position: number;
}

/** The check of a target by its number in a tier. */
export interface CheckKey {
  target_key: number;
  check_no: number;
}

/** A stored check: where the state continues. */
export interface StoredCheckStatus extends CheckStart {
  target: TargetEntry;
  check: number;
  type: CheckType;
  port: number | null;
}

/** Stored checks of a shard, and the number of its last change. */
export interface StoredChecks {
  changeSeq: number;
  checks: StoredCheckStatus[];
}

export interface ValidationRows {
  changes: CheckChangeRow[];
  entries: EvidenceRow[];
  statuses: CheckStatusRow[];
  removed: CheckKey[];
}

/** Store of the checks that expect `unreachable`; `T` is the transaction that a shard's store gives to its participants. */
export interface ValidationTables<T> {
  readChecks(rows: T, shard: number): Promise<StoredChecks>;
  storeRows(rows: T, shard: number, written: ValidationRows): Promise<void>;
}
