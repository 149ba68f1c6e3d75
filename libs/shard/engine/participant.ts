import type { UncountedReason } from '@icmp-mon/probing/contract';
import type { Lane } from '@icmp-mon/probing/wire';
import type { CheckpointPart } from './checkpoint-codec';
import type { AgentEntry, PolicyEntry, TargetEntry } from './directory';
import type { WriterTransaction } from './writer';

/** Where in the shard's log the fold is, and whether what follows from it is already stored. */
export interface RecordPlace {
  shard: number;
  offset: number;
  /** True while a takeover replays what this participant had already committed: update state, keep no effects. */
  muted: boolean;
  /** Up to where effects of single keys are stored although the participant's own position is lower; null when of none. */
  ahead: ReadonlyMap<number, number> | null;
}

/** The shard's own time. No wall clock of a process enters a decision. */
export interface ShardClock {
  /** Sum of the ticks' bounded steps in ms: what ages things. Holds while no tick could be written. */
  ageMs: number;
  /** Wall clock of the latest tick in ms since 1970, by the database that holds the tick lease. */
  atMs: number;
}

/** Slot of a result whose agent probed the target until it was given to others: it is kept, and judges nothing. */
export const NO_PAIR = -1;

/**
 * Results of one block that count: of an assigned pair, or of a former one (`NO_PAIR`), not seen before. Row i is `target[i]`, `pairSlot[i]`, … up to
 * `count`; the arrays are reused by the next batch.
 */
export interface ResultBatch {
  count: number;
  agent: AgentEntry;
  lane: Lane;
  /** By the gateway's clock, bounded by the shard's ticks. */
  receivedAtMs: number;
  /** Results of the batch that judge nothing because they are late: the participant that judges raises it. */
  late: number;
  target: TargetEntry[];
  policy: PolicyEntry[];
  /** Index of the (target, agent, check) pair in per-pair arrays. */
  pairSlot: Int32Array;
  check: Uint16Array;
  /** When the probe was sent, in ms since 1970, corrected by the agent's clock offset, never after the receipt. */
  sampleMs: Float64Array;
  outcome: Uint8Array;
  rttUs: Uint32Array;
}

/** What a participant wants written; taken in one go, so that later records do not change it. */
export interface PendingWrite<T = WriterTransaction> {
  rows: number;
  write(transaction: T): Promise<void>;
  /** Given when these are the effects of some keys only, all of them so far, while others still wait. */
  ahead?: readonly number[];
  /** After the commit: publish to live views. Failures here must not matter to the record of truth. */
  committed?(): void;
}

/**
 * One context's share of the work on a shard's log. All participants see the same records in the same order; state is
 * a pure function of them. Effects are rows, taken by the host and committed together with the position.
 */
export interface ShardParticipant<T = WriterTransaction> {
  readonly name: string;
  onPairAssigned?(slot: number, target: TargetEntry, clock: ShardClock): void;
  onPairUnassigned?(slot: number, target: TargetEntry): void;
  onTarget?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  /** An agent that is selected for the target can no longer be relied on, or can again: see `AgentFact.condition`. */
  onAgentCondition?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  onTargetRemoved?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  onResults?(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void;
  /** Results of an agent that are not counted, or otherwise than it meant. Comes after `onResults` of the block's others. */
  onUncounted?(agentId: string, reason: UncountedReason, results: number, clock: ShardClock, place: RecordPlace): void;
  onTick?(clock: ShardClock, place: RecordPlace): void;
  /** At a takeover: reads what of it is stored, which is its state at its stored position. */
  recall?(rows: T): Promise<void>;
  /**
   * Once, before the first record whose effects are not stored: where the replay came to something other than what `recall` read
   * (another release judged then), what is stored counts. Returns how many entries differed.
   */
  resume?(): number;
  /**
   * All records up to `position` may be lost, or (null) the log is another one: what follows from results starts from
   * nothing. What went ahead beyond the participant's own position will come again, and must not stay.
   */
  skip?(transaction: T, clock: ShardClock, position: number | null): Promise<void>;
  /** True when the state is at a point where a checkpoint is cheap and due. */
  wantsCheckpoint?(): boolean;
  /** State in canonical order: equal states give equal bytes, however they came about. */
  checkpoint(): CheckpointPart;
  restore(part: CheckpointPart): void;
  /** What has to be looked up before `take`. */
  prepare?(): Promise<void>;
  /** Pending effects; null when there are none or, unless `force`, when they may wait. */
  take(force: boolean): PendingWrite<T> | null;
  /** Rows that wait to be taken, where a burst of results can make many: reading then waits for a commit. */
  waitingRows?(): number;
  /** True while effects wait that `take` left for later. */
  hasPending(): boolean;
}
