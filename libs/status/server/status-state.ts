import { LANE } from '@icmp-mon/probing/wire';
import {
  type CheckpointPart,
  type RecordPlace,
  type ResultBatch,
  type ShardClock,
  type ShardDirectory,
  type TargetEntry,
} from '@icmp-mon/shard/engine';
import { votesOf, worst } from './consensus';
import { PairChangeLog } from './pair-change-log';
import { PairTable, FRESHNESS } from './pair-table';
import { emptyBallot, PairVotes } from './pair-votes';
import { ResultJudge } from './result-judge';
import type { StatusSink } from './status-effects';
import { restoreStatuses, statusCheckpoint } from './status-checkpoint';
import { judgeChecks, NEVER_JUDGED, ONLY_VALIDATED, type TargetState } from './target-state';

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
  readonly votes: PairVotes;
  readonly pairChanges: PairChangeLog;
  readonly targets = new Map<number, TargetState>();
  /** Targets to decide at the end of the record, or at the next tick. */
  readonly touched = new Set<TargetEntry>();
  /** Number of the last status change. */
  changeSeq = 0;
  /** Targets that were added before the first tick; they are decided once the time is known. */
  private readonly undated = new Set<TargetEntry>();
  private readonly judge: ResultJudge;

  constructor(
    private readonly directoryOf: () => ShardDirectory,
    private readonly sink: StatusSink,
  ) {
    this.votes = new PairVotes(this.pairs, directoryOf);
    this.pairChanges = new PairChangeLog(this.pairs, sink);
    this.judge = new ResultJudge(this.pairs, this.targets, (...changed) => this.pairChanged(...changed));
  }

  onPairAssigned(slot: number, target: TargetEntry, clock: ShardClock): void {
    this.pairs.assignPair(slot, target, clock.ageMs);
  }

  onPairUnassigned(slot: number, target: TargetEntry): void {
    this.pairChanges.onPairUnassigned(slot, target);
    this.pairs.releasePair(slot);
  }

  onTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.pairs.setPolicyOf(target);
    this.pairChanges.noteTarget(target);
    if (!this.targets.has(target.key)) {
      this.targets.set(target.key, { ...NEVER_JUDGED, sinceMs: clock.atMs, repliedChecks: [] });
    }
    if (clock.atMs === 0) this.undated.add(target);
    this.sink.verdictsChanged(target, place);
    this.decideStatus(target, clock.atMs, place);
  }

  /** Updates why agents have no fresh verdict. Fresh verdicts keep counting until they are stale, regardless of the agent's condition. */
  onAgentCondition(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    if (target.pairs.every(({ slot }) => this.pairs.freshness(slot) === FRESHNESS.fresh)) return;
    this.sink.verdictsChanged(target, place);
    this.decideStatus(target, clock.atMs, place);
  }

  onTargetRemoved(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    const before = this.targets.get(target.key) ?? NEVER_JUDGED;
    this.targets.delete(target.key);
    this.touched.delete(target);
    this.undated.delete(target);
    this.sink.targetRemoved(target, before, clock.atMs, ++this.changeSeq, place);
  }

  onResults(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void {
    if (batch.lane === LANE.backfill) return;
    const presentMs = Math.max(clock.atMs, batch.receivedAtMs);
    this.judge.judgeBatch(batch, presentMs, clock, place);
    for (const target of this.touched) this.decideStatus(target, null, place, presentMs);
    this.touched.clear();
    this.pairChanges.sealFull(clock, place);
  }

  /** Ages every pair: a stale vote, or a warm-up that took too long, no longer counts. */
  onTick(clock: ShardClock, place: RecordPlace): void {
    const { pairs } = this;
    pairs.forEachDue(clock.ageMs, (slot, target) => {
      const freshness = pairs.freshnessAt(slot, clock.ageMs);
      if (freshness === pairs.freshness(slot)) return;
      pairs.setFreshness(slot, freshness);
      if (freshness !== FRESHNESS.fresh) pairs.forgetVerdict(slot);
      this.pairChanged(slot, target, place);
    });
    for (const target of this.undated) this.date(target, clock.atMs);
    this.undated.clear();
    for (const target of this.touched) this.decideStatus(target, clock.atMs, place);
    this.touched.clear();
    this.pairChanges.sealAll(clock, place);
  }

  private date(target: TargetEntry, atMs: number): void {
    const state = this.targets.get(target.key);
    if (state?.sinceMs === 0) state.sinceMs = atMs;
    this.touched.add(target);
  }

  private pairChanged(slot: number, target: TargetEntry, place: RecordPlace): void {
    this.touched.add(target);
    this.pairChanges.noteSlot(slot, target);
    this.sink.verdictsChanged(target, place);
  }

  /** Decides a target and emits a change. With `atMs` null the change is dated by the latest sample, at most the present. */
  private decideStatus(
    target: TargetEntry,
    atMs: number | null,
    place: RecordPlace,
    presentMs = atMs || Infinity,
  ): void {
    const state = this.targets.get(target.key);
    const { policy } = target;
    if (!state || !policy || this.undated.has(target)) return;
    const judged = judgeChecks(target, policy, state, this.votes);
    const { status, reason } = judged.length === 0 ? ONLY_VALIDATED : worst(judged);
    if (status === state.status && reason === state.reason) return;
    const before = { ...state };
    const decidedMs = (atMs ?? Math.min(this.votes.latestSampleMs(target), presentMs)) || state.sinceMs;
    state.reason = reason;
    if (status !== state.status) {
      state.status = status;
      state.sinceMs = decidedMs;
    }
    const ballot = judged.find((each) => each.status === status)?.ballot ?? emptyBallot();
    this.sink.statusChanged({
      target,
      from: before.status,
      to: status,
      reason,
      atMs: decidedMs,
      sinceMs: state.sinceMs,
      lastSuccessMs: Math.min(this.votes.lastSuccessMs(target), presentMs),
      votes: votesOf(ballot, policy.quorum),
      changeSeq: ++this.changeSeq,
      place,
    });
  }

  checkpoint(): CheckpointPart {
    return statusCheckpoint(this, this.directoryOf());
  }

  restore(part: CheckpointPart): void {
    const directory = this.directoryOf();
    this.changeSeq = restoreStatuses(part, this, directory);
    for (const [key, { sinceMs }] of this.targets) {
      const target = directory.targets.get(key);
      if (sinceMs === 0 && target) this.undated.add(target);
    }
    for (const target of directory.targets.values()) this.pairs.setPolicyOf(target);
  }
}
