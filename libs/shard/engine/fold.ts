import { createHash } from 'node:crypto';
import type { FeedFact, UncountedReason } from '@icmp-mon/probing/contract';
import { decodeShardRecord, type BlockEnvelope } from '@icmp-mon/probing/wire';
import { applyFact, type PlaceOf } from './apply-fact';
import { BlockIntake } from './block-intake';
import { CheckpointUnreadable, decodeCheckpoint, encodeCheckpoint, type CheckpointPart } from './checkpoint-codec';
import { ShardDirectory } from './directory';
import { zeroCounters } from './fold-counters';
import { FoldTime, type FoldTimeState } from './fold-time';
import type { LaneEntry } from './lane-sequences';
import type { Continuation, RecordPlace, ShardParticipant } from './participant';
import type { WriterTransaction } from './writer';

const CORE = 'core';

interface CoreHead extends FoldTimeState {
  directory: ReturnType<ShardDirectory['head']>;
  feedPosition: number;
  /** Run of the thresholds that were applied last; absent in older checkpoints. */
  thresholdsRun?: number;
  lanes: LaneEntry[];
}

/**
 * The state of one shard as a fold over its log.
 *
 *     record ──▶ decode ─┬─ tick ───▶ clock ───────────────────────────────────────────────┐
 *                        ├─ feed ───▶ directory: policies, agents, targets, pairs ─────────┼──▶ participants ──▶ rows
 *                        ├─ blocks ─▶ intake: lanes, pairs, times ──▶ results that count ──┤
 *                        └─ thresholds ─▶ what is normal per pair ─────────────────────────┘
 *
 * Invariants:
 *
 * 1. Deterministic: the same records from the same checkpoint give the same state and the same effects, in any process and at any
 *    time. Neither a wall clock nor chance enters.
 * 2. A block counts once, by its sequence in its lane; a fact once, by its position in the feed; ticks of an older lease epoch,
 *    and thresholds of an older run, are ignored.
 * 3. All participants see the same records in the same order, after clock and directory have been updated.
 * 4. Equal states have equal checkpoints, byte for byte, regardless of how they came about (`digest`).
 */
export class ShardFold<T = WriterTransaction> {
  readonly directory: ShardDirectory;
  readonly counters = zeroCounters();
  private readonly time = new FoldTime();
  private readonly intake: BlockIntake;
  private feedPosition = 0;
  private thresholdsRun = 0;

  constructor(
    readonly shard: number,
    readonly participants: readonly ShardParticipant<T>[],
    private readonly warn: (message: string, detail: Record<string, unknown>) => void = () => undefined,
  ) {
    this.directory = new ShardDirectory({
      assigned: (slot, target) => participants.forEach((each) => each.onPairAssigned?.(slot, target, this.time.clock)),
      unassigned: (slot, target) => participants.forEach((each) => each.onPairUnassigned?.(slot, target)),
    });
    this.intake = new BlockIntake(this.directory, this.time, this.counters, (refused) =>
      this.warn('invalid block skipped', { shard, ...refused }),
    );
  }

  get nowMs(): number {
    return this.time.clock.atMs;
  }

  /** Applies the record at `offset`. `committedUpTo` returns the position up to which a participant's effects are committed. */
  applyRecord(
    offset: number,
    value: Uint8Array,
    committedUpTo: (participant: string) => number,
    /** Returns, per target key, the position up to which its effects were stored earlier than those of its participant. */
    committedAheadOf: (participant: string) => ReadonlyMap<number, number> | null = () => null,
  ): void {
    this.counters.records++;
    const decoded = decodeShardRecord(value);
    if (!decoded.ok) {
      this.counters.refusedRecords++;
      this.warn('invalid record in the shard log skipped', { shard: this.shard, offset, ...decoded });
      return;
    }
    const placeOf: PlaceOf<T> = (participant) => ({
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
        if (!this.time.onTick(record.leaseEpoch, record.atMs)) return;
        for (const each of this.participants) each.onTick?.(this.time.clock, placeOf(each));
        return;
      case 'feed':
        if (record.position <= this.feedPosition) return;
        this.feedPosition = record.position;
        this.applyFact(record.fact, placeOf);
        return;
      case 'thresholds':
        if (record.run < this.thresholdsRun) return;
        this.thresholdsRun = record.run;
        for (const each of this.participants) each.onThresholds?.(record.rows, this.time.clock, placeOf(each));
        return;
      default:
        record satisfies never;
    }
  }

  /**
   * Continues after `position` although records before it may be lost. `facts` are all facts of the feed that hold at `feedPosition`: they
   * replace the facts that were lost with the log. Targets that none of them names are removed.
   */
  async skipToPosition(transaction: T, { position, newLog, facts, feedPosition }: Continuation): Promise<void> {
    const place: RecordPlace = { shard: this.shard, offset: position, alreadyCommitted: false, committedAhead: null };
    for (const each of this.participants)
      await each.resetAfterGap?.(transaction, this.time.clock, newLog ? null : position);
    const named = new Set(facts.map((fact) => (fact.kind === 'target' ? fact.targetKey : null)));
    const removed = [...this.directory.targets.keys()].filter((key) => !named.has(key));
    for (const targetKey of removed) this.applyFact({ kind: 'target-removed', targetKey }, () => place);
    for (const fact of facts) this.applyFact(fact, () => place);
    this.feedPosition = feedPosition;
  }

  private applyFact(fact: FeedFact, placeOf: PlaceOf<T>): void {
    applyFact(fact, this.directory, this.participants, this.time.clock, placeOf);
  }

  private applyBlock(envelope: BlockEnvelope, placeOf: PlaceOf<T>): void {
    const { intake, participants, counters } = this;
    const { clock } = this.time;
    const taken = intake.takeBlock(envelope);
    if (!taken) return;
    const { agentId, uncounted } = taken;
    if (intake.batch.count > 0) {
      for (const each of participants) each.onResults?.(intake.batch, clock, placeOf(each));
      counters.lateResults += uncounted.late = intake.batch.late;
    }
    for (const [reason, results] of Object.entries(uncounted) as [UncountedReason, number][]) {
      if (results === 0) continue;
      for (const each of participants) each.onUncounted?.(agentId, reason, results, clock, placeOf(each));
    }
  }

  private coreHead(): CoreHead {
    const { tickEpoch, lastTickMs, clock, receipts } = this.time.checkpointState();
    const { directory, feedPosition, thresholdsRun, intake } = this;
    // The order of the members is part of the canonical form.
    return {
      ...{ directory: directory.head(), feedPosition, tickEpoch, lastTickMs, clock },
      ...{ lanes: intake.laneEntries(), receipts, thresholdsRun },
    };
  }

  /** Returns the whole state as bytes, in canonical order. */
  checkpoint(): Uint8Array {
    const parts: Record<string, CheckpointPart> = { [CORE]: { head: this.coreHead(), columns: {} } };
    for (const participant of this.participants) parts[participant.name] = participant.checkpoint();
    return encodeCheckpoint(parts);
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
    this.time.restore(head);
    this.feedPosition = head.feedPosition;
    this.thresholdsRun = head.thresholdsRun ?? 0;
    this.intake.restoreLanes(head.lanes);
    this.directory.restore(head.directory);
    for (const participant of this.participants) {
      const part = parts[participant.name];
      if (part) participant.restore(part);
    }
  }
}
