import { createHash } from 'node:crypto';
import { type FeedFact, type UncountedReason } from '@icmp-mon/probing/contract';
import {
  allocateColumns,
  BLOCK_RESULTS_MAX,
  decodeInspected,
  decodeShardRecord,
  inspectBlock,
  LANE,
  type BlockEnvelope,
  type DecodedBlock,
  type Refused,
} from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import { ShardDirectory } from './directory';
import { CheckpointUnreadable, decodeCheckpoint, encodeCheckpoint, type CheckpointPart } from './checkpoint-codec';
import { type LaneEntry, LaneSequences } from './lane-sequences';
import { NO_PAIR, type RecordPlace, type ResultBatch, type ShardClock, type ShardParticipant } from './participant';
import { isJump, type ReceiptState, ReceiptTimes } from './receipt-times';
import type { WriterTransaction } from './writer';

/** Most by which one tick advances the shard's age, in ms: while no tick could be written, nothing becomes stale. */
const TICK_STEP_MS_MAX = 2_000;
/** Oldest age at receipt of a sample that is kept, in ms. Older samples are counted and dropped: no window is stored for them. */
const SAMPLE_AGE_MS_MAX = 30 * 86_400_000;
/** How far after its receipt a result may be dated without being reported, in ms: clocks differ a little. */
const NEWER_MS_MAX = 1_000;
/** Clock offset of an agent from which on its results are reported as corrected, in ms. */
const CLOCK_OFF_MS_MAX = 5_000;
const CORE = 'core';

/** Counters of results and blocks since the process started, for /metrics. They are not part of the state. */
export interface FoldCounters {
  records: number;
  blocks: number;
  results: number;
  repeatedBlocks: number;
  olderBootBlocks: number;
  refusedBlocks: number;
  refusedRecords: number;
  unassignedResults: number;
  tooOldResults: number;
  tooNewResults: number;
  lateResults: number;
}

interface CoreHead {
  directory: ReturnType<ShardDirectory['head']>;
  feedPosition: number;
  tickEpoch: number;
  lastTickMs: number;
  clock: ShardClock;
  lanes: LaneEntry[];
  receipts?: ReceiptState;
}

/**
 * The state of one shard as a fold over its log.
 *
 *     record ──▶ decode ─┬─ tick ───▶ clock ────────────────────────────────────────┐
 *                        ├─ feed ───▶ directory: policies, agents, targets, pairs ──┼──▶ participants ──▶ rows
 *                        └─ blocks ─▶ lane positions ──▶ results that count ────────┘
 *
 * Invariants:
 *
 * 1. Deterministic: the same records from the same checkpoint give the same state and the same effects, in any process and at any
 *    time. Neither a wall clock nor chance enters.
 * 2. A block counts once, by its lane position; a fact once, by its position in the feed; ticks of an older lease epoch are ignored.
 * 3. All participants see the same records in the same order, after clock and directory have been updated.
 * 4. Equal states have equal checkpoints, byte for byte, regardless of how they came about (`digest`).
 */
export class ShardFold<T = WriterTransaction> {
  readonly directory: ShardDirectory;
  readonly counters: FoldCounters = {
    records: 0,
    blocks: 0,
    results: 0,
    repeatedBlocks: 0,
    olderBootBlocks: 0,
    refusedBlocks: 0,
    refusedRecords: 0,
    unassignedResults: 0,
    tooOldResults: 0,
    tooNewResults: 0,
    lateResults: 0,
  };
  private clock: ShardClock = { ageMs: 0, atMs: 0 };
  private tickEpoch = 0;
  /** Time of the latest tick as written. After a jump, `clock.atMs` follows only once the next tick confirms it. */
  private lastTickMs = 0;
  private feedPosition = 0;
  private readonly lanes = new LaneSequences();
  private readonly receipts = new ReceiptTimes();
  private readonly batch = allocateBatch();
  private readonly columns = allocateColumns(BLOCK_RESULTS_MAX);

  constructor(
    readonly shard: number,
    readonly participants: readonly ShardParticipant<T>[],
    private readonly warn: (message: string, detail: Record<string, unknown>) => void = () => undefined,
  ) {
    this.directory = new ShardDirectory({
      assigned: (slot, target) => participants.forEach((each) => each.onPairAssigned?.(slot, target, this.clock)),
      unassigned: (slot, target) => participants.forEach((each) => each.onPairUnassigned?.(slot, target)),
    });
  }

  get nowMs(): number {
    return this.clock.atMs;
  }

  /** Applies the record at `offset`. `committedUpTo` returns the position up to which a participant's effects are committed. */
  applyRecord(
    offset: number,
    value: Uint8Array,
    committedUpTo: (participant: string) => number,
    committedAheadOf: (participant: string) => ReadonlyMap<number, number> | null = () => null,
  ): void {
    this.counters.records++;
    const decoded = decodeShardRecord(value);
    if (!decoded.ok) {
      this.counters.refusedRecords++;
      this.warn('invalid record in the shard log skipped', { shard: this.shard, offset, ...decoded });
      return;
    }
    const placeOf = (participant: ShardParticipant<T>): RecordPlace => ({
      shard: this.shard,
      offset,
      alreadyCommitted: offset <= committedUpTo(participant.name),
      committedAhead: committedAheadOf(participant.name),
    });
    const { record } = decoded;
    switch (record.kind) {
      case 'blocks':
        for (const envelope of record.envelopes) this.applyBlock(envelope, placeOf);
        return;
      case 'tick':
        this.applyTick(record.leaseEpoch, record.atMs, placeOf);
        return;
      case 'feed':
        if (record.position <= this.feedPosition) return;
        this.feedPosition = record.position;
        this.applyFact(record.fact, placeOf);
        return;
      default:
        record satisfies never;
    }
  }

  /**
   * Continues after `position` although records before it may be lost. `facts` are all facts of the feed that hold at `feedPosition`: they
   * replace the facts that were lost with the log. Targets that none of them names are removed.
   */
  async skipToPosition(
    transaction: T,
    {
      position,
      newLog,
      facts,
      feedPosition,
    }: { position: number; newLog: boolean; facts: readonly FeedFact[]; feedPosition: number },
  ): Promise<void> {
    const place: RecordPlace = { shard: this.shard, offset: position, alreadyCommitted: false, committedAhead: null };
    for (const each of this.participants) await each.resetAfterGap?.(transaction, this.clock, newLog ? null : position);
    const told = new Set(facts.map((fact) => (fact.kind === 'target' ? fact.targetKey : null)));
    const gone = [...this.directory.targets.keys()].filter((key) => !told.has(key));
    for (const targetKey of gone) this.applyFact({ kind: 'target-removed', targetKey }, () => place);
    for (const fact of facts) this.applyFact(fact, () => place);
    this.feedPosition = feedPosition;
  }

  private applyTick(
    leaseEpoch: number,
    atMs: number,
    placeOf: (participant: ShardParticipant<T>) => RecordPlace,
  ): void {
    if (leaseEpoch < this.tickEpoch) return;
    this.tickEpoch = leaseEpoch;
    const elapsedMs = this.lastTickMs === 0 ? 0 : atMs - this.lastTickMs;
    this.lastTickMs = atMs;
    this.clock.ageMs += Math.max(0, Math.min(elapsedMs, TICK_STEP_MS_MAX));
    if (!isJump(elapsedMs)) this.clock.atMs = atMs;
    this.receipts.onTick(elapsedMs);
    if (this.clock.atMs === 0) return;
    for (const participant of this.participants) participant.onTick?.(this.clock, placeOf(participant));
  }

  private applyFact(fact: FeedFact, placeOf: (participant: ShardParticipant<T>) => RecordPlace): void {
    switch (fact.kind) {
      case 'policy':
        for (const target of this.directory.applyPolicy(fact)) {
          for (const each of this.participants) each.onTarget?.(target, this.clock, placeOf(each));
        }
        return;
      case 'agent':
        for (const target of this.directory.applyAgent(fact)) {
          for (const each of this.participants) each.onAgentCondition?.(target, this.clock, placeOf(each));
        }
        return;
      case 'target': {
        const target = this.directory.applyTarget(fact, this.clock.atMs);
        for (const each of this.participants) each.onTarget?.(target, this.clock, placeOf(each));
        return;
      }
      case 'target-removed': {
        const target = this.directory.removeTarget(fact.targetKey);
        if (!target) return;
        for (const each of this.participants) each.onTargetRemoved?.(target, this.clock, placeOf(each));
        return;
      }
      default:
        fact satisfies never;
    }
  }

  private applyBlock(envelope: BlockEnvelope, placeOf: (participant: ShardParticipant<T>) => RecordPlace): void {
    this.counters.blocks++;
    const inspected = inspectBlock(envelope.block);
    if (!inspected.ok) return this.reportRefused(inspected);
    // Repeated blocks, and blocks of agents without targets here, are recognised by their header and not decompressed.
    const { agentId, lane, boot, sequence, count } = inspected.header;
    const receivedAtMs = this.receipts.bounded(envelope.receivedAtMs, this.lastTickMs);
    const placement = this.lanes.placeBlock(`${agentId}/${lane}`, boot, sequence, this.clock.ageMs, receivedAtMs);
    if (placement !== 'new') {
      this.counters[placement === 'repeated' ? 'repeatedBlocks' : 'olderBootBlocks']++;
      return this.tellUncounted(agentId, placement, count, placeOf);
    }
    this.receipts.recordReceipt(envelope.receivedAtMs, this.lastTickMs);
    if (!this.directory.isConcerned(agentId, this.clock.atMs)) {
      this.counters.unassignedResults += count;
      return this.tellUncounted(agentId, 'not_assigned', count, placeOf);
    }
    const decoded = decodeInspected(inspected, decompressBounded, this.columns);
    if (!decoded.ok) return this.reportRefused(decoded);
    const uncounted = this.fillBatch(decoded, receivedAtMs, envelope.clockOffsetMs);
    if (this.batch.count > 0) {
      this.counters.results += this.batch.count;
      for (const participant of this.participants) {
        participant.onResults?.(this.batch, this.clock, placeOf(participant));
      }
      this.counters.lateResults += uncounted.late = this.batch.late;
    }
    for (const [reason, results] of Object.entries(uncounted) as [UncountedReason, number][]) {
      if (results > 0) this.tellUncounted(agentId, reason, results, placeOf);
    }
  }

  private reportRefused(refused: Refused): void {
    this.counters.refusedBlocks++;
    this.warn('invalid block skipped', { shard: this.shard, ...refused });
  }

  private tellUncounted(
    agentId: string,
    reason: UncountedReason,
    results: number,
    placeOf: (participant: ShardParticipant<T>) => RecordPlace,
  ): void {
    for (const each of this.participants) each.onUncounted?.(agentId, reason, results, this.clock, placeOf(each));
  }

  /** Fills the batch with the results that count. Returns the number of the other results, by reason. */
  private fillBatch(
    { header, columns }: DecodedBlock,
    receivedAtMs: number,
    clockOffsetMs: number,
  ): Partial<Record<UncountedReason, number>> {
    const { batch, directory } = this;
    batch.count = batch.late = 0;
    const agent = directory.agents.get(header.agentId);
    if (!agent) {
      this.counters.unassignedResults += columns.count;
      return { not_assigned: columns.count };
    }
    batch.agent = agent;
    batch.lane = header.lane;
    batch.receivedAtMs = receivedAtMs;
    const [before, tooOldBefore] = [this.counters.unassignedResults, this.counters.tooOldResults];
    let tooNew = 0;
    for (let row = 0; row < columns.count; row++) {
      const [key, check] = [columns.targetKey[row]!, columns.check[row]!];
      const pair = directory.findPair(agent.index, key, check);
      const former = pair ? undefined : directory.findFormer(header.agentId, key, check, this.clock.atMs);
      const target = pair?.target ?? former;
      const policy = pair?.policy ?? former?.policy;
      if (!target || !policy) {
        this.counters.unassignedResults++;
        continue;
      }
      const datedMs = columns.baseTimeMs + columns.timeOffsetMs[row]! - clockOffsetMs;
      const sampleMs = Math.min(datedMs, receivedAtMs);
      if (receivedAtMs - sampleMs > SAMPLE_AGE_MS_MAX) {
        this.counters.tooOldResults++;
        continue;
      }
      if (datedMs - receivedAtMs > NEWER_MS_MAX) tooNew++;
      const at = batch.count++;
      batch.target[at] = target;
      batch.policy[at] = policy;
      batch.pairSlot[at] = pair?.slot ?? NO_PAIR;
      batch.check[at] = check;
      batch.sampleMs[at] = sampleMs;
      batch.outcome[at] = columns.outcome[row]!;
      batch.rttUs[at] = columns.rttUs[row]!;
    }
    this.counters.tooNewResults += tooNew;
    return {
      not_assigned: this.counters.unassignedResults - before,
      too_old: this.counters.tooOldResults - tooOldBefore,
      too_new: tooNew,
      clock_corrected: Math.abs(clockOffsetMs) > CLOCK_OFF_MS_MAX ? batch.count - tooNew : 0,
    };
  }

  private coreHead(): CoreHead {
    return {
      directory: this.directory.head(),
      feedPosition: this.feedPosition,
      tickEpoch: this.tickEpoch,
      lastTickMs: this.lastTickMs,
      clock: { ...this.clock },
      lanes: this.lanes.entries(),
      receipts: this.receipts.checkpointState(),
    };
  }

  private parts(): Record<string, CheckpointPart> {
    const parts: Record<string, CheckpointPart> = { [CORE]: { head: this.coreHead(), columns: {} } };
    for (const participant of this.participants) parts[participant.name] = participant.checkpoint();
    return parts;
  }

  /** Returns the whole state as bytes, in canonical order. */
  checkpoint(): Uint8Array {
    return encodeCheckpoint(this.parts());
  }

  /** Returns the SHA-256 of the state in hex: equal for equal states, regardless of how they came about. */
  digest(): string {
    return createHash('sha256').update(this.checkpoint()).digest('hex');
  }

  /** Restores a state, on a new fold only. Throws `CheckpointUnreadable` or another error if the bytes are not a checkpoint. */
  restore(bytes: Uint8Array): void {
    const parts = decodeCheckpoint(bytes);
    const head = parts[CORE]?.head as CoreHead | undefined;
    if (!head) throw new CheckpointUnreadable('the part "core" is missing');
    this.clock = { ...head.clock };
    this.tickEpoch = head.tickEpoch;
    this.lastTickMs = head.lastTickMs;
    this.feedPosition = head.feedPosition;
    this.lanes.restore(head.lanes, head.clock.ageMs);
    this.receipts.restore(head.receipts);
    this.directory.restore(head.directory);
    for (const participant of this.participants) {
      const part = parts[participant.name];
      if (part) participant.restore(part);
    }
  }
}

function allocateBatch(): ResultBatch {
  return {
    count: 0,
    agent: { agentId: '', name: '', region: '', provider: '', state: 'active', index: 0 },
    lane: LANE.live,
    receivedAtMs: 0,
    late: 0,
    target: [],
    policy: [],
    pairSlot: new Int32Array(BLOCK_RESULTS_MAX),
    check: new Uint16Array(BLOCK_RESULTS_MAX),
    sampleMs: new Float64Array(BLOCK_RESULTS_MAX),
    outcome: new Uint8Array(BLOCK_RESULTS_MAX),
    rttUs: new Uint32Array(BLOCK_RESULTS_MAX),
  };
}
