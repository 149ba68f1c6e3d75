import type { PolicyEntry, TargetEntry } from '@icmp-mon/shard/engine';
import type { StatusReason } from '@icmp-mon/status/contract';
import { type Ballot, type Judgement, neededBy } from './consensus';
import type { CheckJudgement } from './target-state';
import type { VoteSide, VoteTimes } from './vote-times';

type JudgedCheck = CheckJudgement & { ballot: Ballot };

/** Reasons for which it is not the age of votes that makes a target unknown. */
const WITHOUT_VOTES: readonly StatusReason[] = [
  'no_agents',
  'paused',
  'only_validated',
  'warming',
  'never_answered',
  'partition',
];

/** Verdicts on which a reason is based. */
const SIDES: Readonly<Partial<Record<StatusReason, VoteSide>>> = {
  quorum_down: 'down',
  quorum_up: 'reached',
  lossy: 'degraded',
  slow: 'degraded',
};

/**
 * Returns when a new status began, in ms since 1970; null if no result shows it.
 *
 * - Down, up, lossy, slow: when the quorum began to agree. That is the n-th earliest of the first misses (or replies) of the verdicts that
 *   agree, with a quorum of n.
 * - Disagreement: when the latest verdict began.
 * - Without enough fresh verdicts: at the latest instant of which a quorum has votes, not when they became stale.
 *
 * Of several checks, a bad status began with the first that has it; a good one when the last check became good.
 */
export function beganMsOf(
  { status, reason }: Judgement,
  judged: readonly JudgedCheck[],
  target: TargetEntry,
  policy: PolicyEntry,
  times: VoteTimes,
): number | null {
  const began = judged
    .filter((each) => each.status === status)
    .map((each) => checkBeganMs(reason, each, target, policy, times))
    .filter((beganMs) => beganMs !== undefined);
  if (began.length === 0) return null;
  return status === 'up' ? Math.max(...began) : Math.min(...began);
}

function checkBeganMs(
  reason: StatusReason,
  { check, ballot }: JudgedCheck,
  target: TargetEntry,
  policy: PolicyEntry,
  times: VoteTimes,
): number | undefined {
  if (reason === 'no_quorum') {
    return [...times.turnedMs(target, check, 'down'), ...times.turnedMs(target, check, 'reached')].sort(descending)[0];
  }
  if (WITHOUT_VOTES.includes(reason)) return undefined;
  const nth = neededBy(ballot, policy.quorum) - 1;
  const side = SIDES[reason];
  return side ? times.turnedMs(target, check, side)[nth] : times.lastVotesMs(target, check)[nth];
}

const descending = (a: number, b: number): number => b - a;
