import { LANE, type ThresholdColumns } from '@icmp-mon/probing/wire';
import {
  type AgentEntry,
  type CheckpointPart,
  type RecordPlace,
  type ResultBatch,
  type ShardClock,
  type ShardDirectory,
  type TargetEntry,
} from '@icmp-mon/shard/engine';
import { OddAgents } from './odd/odd-agents';
import { PairChangeLog } from './pair-change-log';
import { PairTable, FRESHNESS } from './pair-table';
import { PairVotes } from './pair-votes';
import { ResultJudge } from './result-judge';
import { decideTarget, momentOf, type Moment, touchSettled } from './status-decision';
import type { StatusSink } from './status-effects';
import { restoreStatuses, statusCheckpoint } from './status-checkpoint';
import { NEVER_JUDGED, type TargetState } from './target-state';
import { applyThresholds } from './trends/apply-thresholds';

/**
 * Verdicts and consensus of one shard as a pure function of its log.
 *
 *     results ──▶ verdict per pair ───┐
 *                 (PairTable)         ├──▶ ballot per check ──▶ judge ──▶ worst check ──▶ numbered status change
 *     ticks ────▶ freshness per pair ─┘
 *
 * Invariants:
 * - Pure: time comes from records only (`clock`, receipt, sample), so a replay produces the same changes with the same numbers.
 * - Gap-free: every change increments `changeSeq` by 1, whether or not its effects are already committed.
 * - Ordered: a sample older than the pair's last one judges nothing, unless that last one is implausibly far in the future.
 * - Dated: a change is dated by the latest sample that led to it, or by the tick; never later than the present of the record.
 * - A stale verdict is dropped, so a status is never based on votes older than three intervals.
 */
export class StatusState {
  readonly pairs = new PairTable();
  readonly odd = new OddAgents(this.pairs, () => this.directoryOf());
  readonly votes: PairVotes;
  readonly pairChanges: PairChangeLog;
  readonly targets = new Map<number, TargetState>();
  /** Targets to decide at the end of the record, or at the next tick. */
  readonly touched = new Set<TargetEntry>();
  /** Number of the last status change. */
  changeSeq = 0;
  /** Age of the shard at the last tick. */
  ageMs = 0;
  /** Keys of the targets that flap. */
  private readonly flapping = new Set<number>();
  /** Targets that were added before the first tick; they are decided once the time is known. */
  private readonly undated = new Set<TargetEntry>();
  private readonly judge: ResultJudge;

  constructor(
    private readonly directoryOf: () => ShardDirectory,
    private readonly sink: StatusSink,
  ) {
    const { pairs, targets, odd } = this;
    this.votes = new PairVotes(pairs, directoryOf, odd);
    this.pairChanges = new PairChangeLog(pairs, sink);
    this.judge = new ResultJudge(pairs, targets, sink, odd, (...changed) => this.pairChanged(...changed));
  }

  onPairAssigned(slot: number, target: TargetEntry, clock: ShardClock): void {
    this.pairs.assignPair(slot, target, clock.ageMs);
  }

  onPairUnassigned(slot: number, target: TargetEntry): void {
    this.pairChanges.onPairUnassigned(slot, target);
    this.odd.pairReleased(slot, target);
    this.pairs.releasePair(slot);
  }

  onTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.pairs.setPolicyOf(target);
    this.pairChanges.noteTarget(target);
    this.odd.targetChanged(target);
    if (!this.targets.has(target.key)) {
      this.targets.set(target.key, { ...NEVER_JUDGED, sinceMs: clock.atMs, beganMs: clock.atMs, repliedChecks: [] });
    }
    if (clock.atMs === 0) this.undated.add(target);
    this.decideAgain([target], clock, place);
    this.decideAgain(this.odd.settleChanges(clock.ageMs), clock, place);
  }

  onAgent(agent: AgentEntry, clock: ShardClock, place: RecordPlace): void {
    this.decideAgain(this.odd.onAgent(agent, clock.ageMs), clock, place);
  }

  private decideAgain(targets: readonly TargetEntry[], clock: ShardClock, place: RecordPlace): void {
    for (const target of targets) {
      this.sink.verdictsChanged(target, place);
      this.decideStatus(target, momentOf(clock), place);
    }
  }

  /** Updates why agents have no fresh verdict. Fresh verdicts keep counting until they are stale, regardless of the agent's condition. */
  onAgentCondition(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    if (target.pairs.every(({ slot }) => this.pairs.freshness(slot) === FRESHNESS.fresh)) return;
    this.decideAgain([target], clock, place);
  }

  onTargetRemoved(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const before = this.targets.get(target.key) ?? NEVER_JUDGED;
    this.targets.delete(target.key);
    this.touched.delete(target);
    this.undated.delete(target);
    this.flapping.delete(target.key);
    this.sink.targetRemoved(target, before, clock.atMs, ++this.changeSeq, place);
    this.decideAgain(this.odd.settleChanges(clock.ageMs), clock, place);
  }

  onResults(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void {
    if (batch.lane === LANE.backfill) return this.judge.noteLate(batch, place);
    const presentMs = Math.max(clock.atMs, batch.receivedAtMs);
    this.judge.judgeBatch(batch, presentMs, clock, place);
    for (const target of this.odd.settleResults(batch.agent.agentId, clock.ageMs)) this.votesChanged(target, place);
    for (const target of this.touched) this.decideStatus(target, { ageMs: clock.ageMs, atMs: null, presentMs }, place);
    this.touched.clear();
    this.pairChanges.sealFull(clock, place);
  }

  /** Ages every pair: a stale vote, or a warm-up that took too long, no longer counts. */
  onTick(clock: ShardClock, place: RecordPlace): void {
    const { pairs } = this;
    this.ageMs = clock.ageMs;
    pairs.forEachDue(clock.ageMs, (slot, target) => {
      const freshness = pairs.freshnessAt(slot, clock.ageMs);
      if (freshness === pairs.freshness(slot)) return;
      pairs.setFreshness(slot, freshness);
      if (freshness !== FRESHNESS.fresh) pairs.forgetVerdict(slot);
      this.odd.pairAged(slot, target);
      this.pairChanged(slot, target, place);
    });
    for (const target of this.odd.settleTick(clock.ageMs)) this.votesChanged(target, place);
    for (const target of this.undated) this.date(target, clock.atMs);
    this.undated.clear();
    touchSettled(this, this.flapping, this.directoryOf(), clock.ageMs);
    for (const target of this.touched) this.decideStatus(target, momentOf(clock), place);
    this.touched.clear();
    this.pairChanges.sealAll(clock, place);
  }

  private date(target: TargetEntry, atMs: number): void {
    const state = this.targets.get(target.key);
    if (state?.sinceMs === 0) state.sinceMs = state.beganMs = atMs;
    this.touched.add(target);
  }

  private pairChanged(slot: number, target: TargetEntry, place: RecordPlace): void {
    this.pairChanges.noteSlot(slot, target);
    this.votesChanged(target, place);
  }

  private votesChanged(target: TargetEntry, place: RecordPlace): void {
    this.touched.add(target);
    this.sink.verdictsChanged(target, place);
  }

  /** Decides a target and emits what changed. */
  private decideStatus(target: TargetEntry, moment: Moment, place: RecordPlace): void {
    const state = this.targets.get(target.key);
    const { policy } = target;
    if (!state || !policy || this.undated.has(target)) return;
    const decision = decideTarget(target, policy, state, this.votes, moment);
    if (!decision) return;
    if (decision.flapping) this.flapping.add(target.key);
    else this.flapping.delete(target.key);
    this.sink.statusChanged({ target, ...decision, changeSeq: ++this.changeSeq, place });
  }

  /** Sets the state of a target as it was stored. */
  restoreTarget(key: number, state: TargetState): void {
    this.targets.set(key, state);
    if (state.flap?.untilAgeMs === undefined) this.flapping.delete(key);
    else this.flapping.add(key);
  }

  /** Stores what is normal for pairs; their next results are judged by it. Rows of pairs that are not assigned are dropped. */
  onThresholds(rows: ThresholdColumns, place: RecordPlace): void {
    for (const target of applyThresholds(rows, this.directoryOf(), this.pairs)) {
      this.sink.verdictsChanged(target, place);
    }
  }

  checkpoint(): CheckpointPart {
    return statusCheckpoint(this, this.directoryOf());
  }

  restore(part: CheckpointPart): void {
    const directory = this.directoryOf();
    this.changeSeq = restoreStatuses(part, this, directory);
    for (const [key, state] of this.targets) {
      const target = state.sinceMs === 0 ? directory.targets.get(key) : undefined;
      if (target) this.undated.add(target);
      this.restoreTarget(key, state);
    }
    for (const target of directory.targets.values()) this.pairs.setPolicyOf(target);
  }
}
