import type { DetailCode, FeedFact, UncountedReason } from '@icmp-mon/probing/contract';
import type { Lane, ThresholdColumns } from '@icmp-mon/probing/wire';
import type { CheckpointPart } from './checkpoint-codec';
import type { AgentEntry, PolicyEntry, TargetEntry } from './directory';
import type { WriterTransaction } from './writer';

/** Position of a record in the shard's log, and whether its effects are already committed. */
export interface RecordPlace {
  shard: number;
  offset: number;
  /** True while a takeover replays a record whose effects this participant has already committed: update state, emit no effects. */
  alreadyCommitted: boolean;
  /** By key: the position up to which its effects are committed ahead of the participant's own position; null when there is no such key. */
  committedAhead: ReadonlyMap<number, number> | null;
}

/** Facts of the feed that replace those of a lost log, and the position of the next record. */
export interface Continuation {
  position: number;
  newLog: boolean;
  facts: readonly FeedFact[];
  feedPosition: number;
}

/** The shard's own clock, driven by the ticks in its log. Decisions depend on no wall clock of a process. */
export interface ShardClock {
  /** Age in ms: the sum of the ticks' bounded steps, by which verdicts age. Does not advance while no tick is written. */
  ageMs: number;
  /** Time of the latest tick in ms since 1970, by the clock of the database that holds the tick lease. */
  atMs: number;
}

/** Pair slot of a result whose agent probed the target before it was reassigned: the result is stored but does not affect verdicts. */
export const NO_PAIR = -1;

/**
 * The results of one block that count: not repeated, and of a pair that is assigned, or was until recently (`NO_PAIR`). Row i consists of
 * `target[i]`, `pairSlot[i]`, … for i below `count`. The arrays are reused for the next batch.
 */
export interface ResultBatch {
  count: number;
  agent: AgentEntry;
  lane: Lane;
  /** Time of receipt in ms since 1970, by the gateway's clock, bounded by the shard's ticks. */
  receivedAtMs: number;
  /** Results of the batch that are too late to affect a verdict: counted by the participant that judges. */
  late: number;
  target: TargetEntry[];
  policy: PolicyEntry[];
  /** Index of the (target, agent, check) pair in arrays with one entry per pair. */
  pairSlot: Int32Array;
  check: Uint16Array;
  /** When the probe was sent, in ms since 1970: corrected by the agent's clock offset, and at most the time of receipt. */
  sampleMs: Float64Array;
  outcome: Uint8Array;
  rttUs: Uint32Array;
  /** By row; most results have none. */
  details: Map<number, DetailCode>;
}

/** Rows that a participant has to write. A snapshot: records applied later do not change it. */
export interface PendingWrite<T = WriterTransaction> {
  rows: number;
  writeRows(transaction: T): Promise<void>;
  /** Set when the write holds the effects of some keys only, complete for each of them, while the effects of other keys still wait. */
  committedAhead?: readonly number[];
  /** Called after the commit, to publish to live views. A failure here must not affect what is stored. */
  afterCommit?(): void;
}

/**
 * One context's share of the work on a shard's log. All participants see the same records in the same order, and their state is a pure
 * function of these. Effects are rows that the host collects and commits together with the position.
 */
export interface ShardParticipant<T = WriterTransaction> {
  readonly name: string;
  onPairAssigned?(slot: number, target: TargetEntry, clock: ShardClock): void;
  onPairUnassigned?(slot: number, target: TargetEntry): void;
  onTarget?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  /** Called for each fact about an agent, before `onAgentCondition` for its targets. */
  onAgent?(agent: AgentEntry, clock: ShardClock, place: RecordPlace): void;
  /** Called when an agent that is selected for the target becomes unreliable, or reliable again: see `AgentFact.condition`. */
  onAgentCondition?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  onTargetRemoved?(target: TargetEntry, clock: ShardClock, place: RecordPlace): void;
  onResults?(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void;
  /** Called for results that are dropped or changed on receipt, after `onResults` for the other results of the block. */
  onUncounted?(agentId: string, reason: UncountedReason, results: number, clock: ShardClock, place: RecordPlace): void;
  /** Called with what is normal for pairs of the shard; rows of unknown pairs are included. Applying rows twice must be harmless. */
  onThresholds?(rows: ThresholdColumns, clock: ShardClock, place: RecordPlace): void;
  onTick?(clock: ShardClock, place: RecordPlace): void;
  /** At a takeover: reads its stored rows, which are its state at its stored position. */
  loadStoredRows?(rows: T): Promise<void>;
  /**
   * Called once, before the first record whose effects are not stored. Where the replay computed something other than what `loadStoredRows`
   * read (another release judged then), the stored state wins. Returns the number of entries that differed.
   */
  reconcileReplay?(): number;
  /**
   * All records up to `position` may be lost, or (null) the log is another one: state that follows from results starts empty. Effects
   * that were committed ahead of the participant's own position will arrive again and must be deleted.
   */
  resetAfterGap?(transaction: T, clock: ShardClock, position: number | null): Promise<void>;
  /** True when a checkpoint is due and the state is small at this point. */
  wantsCheckpoint?(): boolean;
  /** Returns the state in canonical order: equal states give equal bytes, regardless of how they came about. */
  checkpoint(): CheckpointPart;
  restore(part: CheckpointPart): void;
  /** Reads asynchronously what `takePendingWrite` needs. */
  prepareWrite?(): Promise<void>;
  /** Returns the pending effects; null when there are none or, unless `force`, when they may wait. */
  takePendingWrite(force: boolean): PendingWrite<T> | null;
  /** Number of rows that wait for a commit, where a burst of results can create many: too many make reading pause. */
  waitingRows?(): number;
  /** True while effects are pending that `takePendingWrite` left for later. */
  hasPending(): boolean;
}
