import { isAnswer, isVote } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import {
  NO_PAIR,
  type CheckpointPart,
  type PolicyEntry,
  type RecordPlace,
  type ResultBatch,
  type ShardClock,
  type ShardDirectory,
  type TargetEntry,
} from '@icmp-mon/shard/engine';
import { isLate } from '../late-results';
import { isProof, judgeCheck } from './check-rules';
import { expectedFailuresOf } from './expected-failures';
import { LatestAnswers } from './latest-answers';
import { noteAnswered, noteFailed, noteNotSent, noteProven, withdrawFailed } from './open-span';
import { forgetProofs, type ValidatedCheck, type ValidatedPair } from './validated-check';
import { answerOf, CheckLog, type ValidationSink } from './check-log';
import { noteProof, ValidatedTargets } from './validated-targets';
import { restoreValidation, validationCheckpoint } from './validation-checkpoint';

/** The shard's clock at a record, and the place of the record. */
interface Moment {
  clock: ShardClock;
  place: RecordPlace;
}

/**
 * Statuses of the checks that expect `unreachable`, of one shard, as a pure function of its log.
 *
 *     answer ─────────────────────────────────────────────▶ violated, immediately
 *     failed probe ──┐
 *                    ├─ at most one interval apart ─▶ proof ─▶ as expected, for two intervals; enough of them end a violation
 *     control probe ─┘
 *     ticks ──────────────────────────────────────────────▶ untested once the last proof is too old; entries of the evidence log
 *
 * Invariants:
 * - Pure: time comes from records only, so a replay gives the same changes, entries and hashes.
 * - The evidence log of a check has no holes: each entry begins where the one before ends.
 * - A shard without such checks reads no result; a result of a tier without them costs one comparison.
 */
export class ValidationState {
  readonly targets: ValidatedTargets;
  readonly log: CheckLog;
  /** Whether the targets follow the directory: from the next tick on if false, as at first, and after a checkpoint of a release without this state. */
  isFollowing = false;
  /** Kept while a tier has no check that expects `reachable`. */
  readonly answers = new LatestAnswers();

  constructor(
    private readonly directoryOf: () => ShardDirectory,
    sink: ValidationSink,
    shard: number,
  ) {
    this.log = new CheckLog(directoryOf, sink, shard);
    this.targets = new ValidatedTargets(this.log);
  }

  onTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    if (!this.isFollowing) return;
    this.targets.followTarget(target, clock, place);
    for (const check of this.targets.checksOf(target)) this.judge(target, check, null, { clock, place });
  }

  onTargetRemoved(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.targets.removeTarget(target, clock, place);
  }

  onResults(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void {
    if (this.targets.size === 0) return;
    if (this.targets.withoutControl > 0) this.answers.noteBatch(batch);
    const { agentId } = batch.agent;
    const now = { clock, place };
    let [policy, expectedFailures]: [PolicyEntry | null, ReadonlySet<number> | null] = [null, null];
    for (let row = 0; row < batch.count; row++) {
      if (batch.policy[row] !== policy) {
        policy = batch.policy[row];
        const numbers = expectedFailuresOf(policy);
        expectedFailures = numbers.size === 0 ? null : numbers;
      }
      if (expectedFailures === null || batch.pairSlot[row] === NO_PAIR) continue;
      const pairs = this.targets.get(batch.target[row].key)?.byAgent.get(agentId);
      if (!pairs) continue;
      if (!expectedFailures.has(batch.check[row])) this.onControl(pairs, batch, row, now);
      else {
        const pair = pairs.find(({ check }) => check.check === batch.check[row]);
        if (pair) this.onResult(pair, batch, row, now);
      }
    }
  }

  /** An answer of the same agent and target proves the probes that failed at about that time. */
  private onControl(pairs: ValidatedPair[], batch: ResultBatch, row: number, now: Moment): void {
    if (batch.lane === LANE.backfill || !isAnswer(batch.outcome[row])) return;
    for (const pair of pairs) {
      pair.controlMs = Math.max(pair.controlMs, batch.sampleMs[row]);
      if (!isProof(pair, batch.policy[row])) continue;
      withdrawFailed(pair.check.span, pair.agentId);
      this.onProof(pair, batch.target[row], now);
    }
  }

  private onResult(pair: ValidatedPair, batch: ResultBatch, row: number, now: Moment): void {
    const { check } = pair;
    const sampleMs = batch.sampleMs[row];
    const policy = batch.policy[row];
    const outcome = batch.outcome[row];
    const presentMs = Math.max(now.clock.atMs, batch.receivedAtMs);
    const late =
      batch.lane === LANE.backfill || isLate(sampleMs, pair.lastSampleMs, batch.receivedAtMs, presentMs, policy);
    if (isAnswer(outcome)) {
      // A late answer counts too, unless the violation that it belongs to is over.
      if (!late || sampleMs > check.clearedMs)
        this.onAnswer(pair, batch, row, late ? now.clock.atMs : sampleMs, now.place);
    } else if (!late) {
      if (isVote(outcome)) this.onFailed(pair, batch.target[row], sampleMs, now);
      else {
        pair.notSentAgeMs = now.clock.ageMs;
        noteNotSent(check.span, pair.agentId);
      }
    }
    if (!late) pair.lastSampleMs = sampleMs;
  }

  /** A violation by a late answer begins when it arrives: what was written of the time before stays. */
  private onAnswer(pair: ValidatedPair, batch: ResultBatch, row: number, atMs: number, place: RecordPlace): void {
    const { check } = pair;
    const answer = answerOf(batch, row);
    // Only probes that were sent after the answer can prove that the violation is over.
    for (const each of check.pairs)
      Object.assign(each, { proofsInRow: 0, provenMs: Math.max(each.provenMs, batch.sampleMs[row]) });
    pair.reached = true;
    check.lastAnswer = answer;
    if (check.status !== 'violated') {
      const to = { status: 'violated', reason: 'answered' } as const;
      this.log.changeStatus(batch.target[row], check, to, atMs, answer, place);
    }
    noteAnswered(check.span, answer);
  }

  private onFailed(pair: ValidatedPair, target: TargetEntry, sampleMs: number, now: Moment): void {
    pair.failedMs = sampleMs;
    pair.failedAgeMs = now.clock.ageMs;
    if (this.targets.get(target.key)?.hasControl === false) {
      pair.controlMs = Math.max(pair.controlMs, this.answers.latestMs(pair.agentId));
    }
    if (target.policy && isProof(pair, target.policy)) this.onProof(pair, target, now);
    else noteFailed(pair.check.span, pair.agentId);
  }

  private onProof(pair: ValidatedPair, target: TargetEntry, now: Moment): void {
    noteProof(pair, now.clock.ageMs);
    this.judge(target, pair.check, pair.provenMs, now);
    noteProven(pair.check.span, pair.agentId, pair.provenMs);
  }

  onTick(clock: ShardClock, place: RecordPlace): void {
    if (!this.isFollowing) {
      this.isFollowing = true;
      for (const target of this.directoryOf().inOrder()) this.onTarget(target, clock, place);
    }
    if (this.log.recalled.size > 0) this.log.removeRecalled(clock, place);
    for (const { target, checks } of this.targets.inOrder()) {
      for (const check of checks) {
        this.judge(target, check, null, { clock, place });
        this.log.onTick(target, check, clock.atMs, place);
      }
    }
  }

  /** Decides a check. A change is dated by the proof, otherwise by the end of the last proof's interval or the tick. */
  private judge(target: TargetEntry, check: ValidatedCheck, provenMs: number | null, { clock, place }: Moment): void {
    const { policy } = target;
    if (!policy) return;
    const to = judgeCheck(check, target, policy, clock);
    if (to.status === check.status && to.reason === check.reason) return;
    const endsMs = check.status === 'as_expected' ? check.lastProofMs + policy.intervalMs : clock.atMs;
    const atMs = provenMs ?? Math.min(endsMs, clock.atMs);
    const wasViolated = check.status === 'violated';
    this.log.changeStatus(target, check, to, atMs, null, place);
    if (!wasViolated) return;
    check.clearedMs = check.sinceMs;
    for (const pair of check.pairs) pair.reached = false;
  }

  /** Drops all proofs: records of the log are lost. Violations hold. */
  forgetResults(clock: ShardClock): void {
    this.answers.byAgent.clear();
    for (const { checks } of this.targets.inOrder()) for (const check of checks) forgetProofs(check, clock.ageMs);
  }

  checkpoint(): CheckpointPart {
    return validationCheckpoint(this);
  }

  restore(part: CheckpointPart): void {
    restoreValidation(part, this, this.directoryOf());
  }
}
