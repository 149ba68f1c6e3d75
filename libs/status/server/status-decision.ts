import type { PolicyEntry, ShardClock, ShardDirectory, TargetEntry } from '@icmp-mon/shard/engine';
import { beganMsOf } from './began';
import { votesOf, worst } from './consensus';
import { flapAfter, markOf } from './flapping';
import { emptyBallot, type PairVotes } from './pair-votes';
import type { StatusChange } from './status-effects';
import { judgeChecks, ONLY_VALIDATED, type TargetState } from './target-state';

/** When a target is decided: dated by `atMs`, or if that is null by its latest sample, at most `presentMs`. */
export interface Moment {
  ageMs: number;
  atMs: number | null;
  presentMs: number;
}

type Decision = Omit<StatusChange, 'target' | 'changeSeq' | 'place'>;

/** Decides a target and updates its state. Returns what changed: the status, its reason, or whether it flaps; null if nothing did. */
export function decideTarget(
  target: TargetEntry,
  policy: PolicyEntry,
  state: TargetState,
  votes: PairVotes,
  moment: Moment,
): Decision | null {
  const judged = judgeChecks(target, policy, state, votes);
  const { status, reason } = judged.length === 0 ? ONLY_VALIDATED : worst(judged);
  const isDue = state.flap?.untilAgeMs !== undefined && state.flap.untilAgeMs <= moment.ageMs;
  if (status === state.status && reason === state.reason && !isDue) return null;
  const before = { ...state };
  const atMs = (moment.atMs ?? Math.min(votes.latestSampleMs(target), moment.presentMs)) || state.sinceMs;
  state.reason = reason;
  if (status !== state.status) {
    const beganMs = beganMsOf({ status, reason }, judged, target, policy, votes.times) ?? atMs;
    state.status = status;
    state.sinceMs = atMs;
    // Intervals are in the order of changes: one never begins before the previous one did.
    state.beganMs = Math.max(Math.min(beganMs, atMs), before.beganMs);
  }
  noteFlapping(state, flapAfter(state.flap, { before, after: { status, reason }, atMs, ageMs: moment.ageMs }));
  const ballot = judged.find((each) => each.status === status)?.ballot ?? emptyBallot();
  return {
    ...{ from: before.status, to: status, reason, atMs, sinceMs: state.sinceMs, beganMs: state.beganMs },
    flapping: markOf(state.flap),
    lastSuccessMs: Math.min(votes.lastSuccessMs(target), moment.presentMs),
    votes: votesOf(ballot, policy.quorum),
  };
}

function noteFlapping(state: TargetState, flap: TargetState['flap']): void {
  if (flap) state.flap = flap;
  else delete state.flap;
}

/** Decisions that time or facts lead to are dated by the tick. */
export function momentOf({ ageMs, atMs }: ShardClock): Moment {
  return { ageMs, atMs, presentMs: atMs || Infinity };
}

/** Touches the targets that no longer flap. */
export function touchSettled(
  { targets, touched }: { targets: ReadonlyMap<number, TargetState>; touched: Set<TargetEntry> },
  flapping: ReadonlySet<number>,
  directory: ShardDirectory,
  ageMs: number,
): void {
  for (const key of flapping) {
    const target = directory.targets.get(key);
    if (target && (targets.get(key)?.flap?.untilAgeMs ?? Infinity) <= ageMs) touched.add(target);
  }
}
