import type { PolicyEntry, TargetEntry } from '@icmp-mon/shard/engine';
import { type Ballot, judge, type Judgement } from './consensus';
import type { FlapState } from './flapping';
import type { PairVotes } from './pair-votes';

/** Current status of one target in the shard's state. */
export interface TargetState extends Judgement {
  /** Since when the target has its status, in ms since 1970; 0 before the shard's first tick. */
  sinceMs: number;
  /** When the status began by the results that decided it, in ms since 1970; at most `sinceMs`. */
  beganMs: number;
  /** How often it changed between answering and down; absent if it did not recently. */
  flap?: FlapState;
  /** Checks to which any agent ever got a reply, sorted; kept when agents change. */
  repliedChecks: number[];
  /** Judgement of each check if there are several; with a single check it is the status itself. */
  checks?: CheckJudgement[];
}

/** Judgement of one check of several. */
export interface CheckJudgement extends Judgement {
  check: number;
}

/** Judgement of a target before the first one. */
export const NEVER_JUDGED: Judgement = { status: 'unknown', reason: 'no_agents' };

/** Judgement of a paused target. */
const PAUSED: Judgement = { status: 'unknown', reason: 'paused' };

/** Records that some agent got a reply to a check of the target. */
export function noteReply(state: TargetState | undefined, check: number): void {
  if (state && !state.repliedChecks.includes(check))
    state.repliedChecks = [...state.repliedChecks, check].sort((a, b) => a - b);
}

/** Judgement of a target of whose tier all checks expect `unreachable`: these are judged apart, in `validation`. */
export const ONLY_VALIDATED: Judgement = { status: 'unknown', reason: 'only_validated' };

/** Judges each check of a target that expects `reachable`, and stores the judgements in `state` if there are several. */
export function judgeChecks(
  target: TargetEntry,
  policy: PolicyEntry,
  state: TargetState,
  votes: PairVotes,
): (CheckJudgement & { ballot: Ballot })[] {
  const checks = policy.checks.filter(({ expect }) => expect === 'reachable');
  const isOnly = checks.length <= 1;
  const judged = checks.map(({ check }) => {
    const ballot = votes.ballot(target, check, state.repliedChecks.includes(check));
    const before = isOnly ? state : currentJudgement(state, check);
    return { ...(target.paused ? PAUSED : judge(ballot, policy.quorum, before)), check, ballot };
  });
  if (!isOnly) state.checks = judged.map(({ check, status, reason }) => ({ check, status, reason }));
  else if (state.checks) delete state.checks;
  return judged;
}

/**
 * Returns the current judgement of one of several checks. A check without its own judgement neither takes the target down nor keeps it
 * down.
 */
function currentJudgement(state: TargetState, check: number): Judgement {
  const own = state.checks?.find((each) => each.check === check);
  if (own) return own;
  const wasOnly = !state.checks && state.repliedChecks.includes(check);
  return wasOnly || state.status === 'up' ? state : NEVER_JUDGED;
}
