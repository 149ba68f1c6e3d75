import type { PolicyEntry, ShardClock, TargetEntry } from '@icmp-mon/shard/engine';
import type { CheckReason, CheckStatus } from '@icmp-mon/status/contract';
import type { ValidatedCheck, ValidatedPair } from './validated-check';

/** Proofs in a row, of each agent that got an answer, that end a violation. */
export const CLEARING_PROOFS = 3;
/** Intervals without a proof after which a check is untested, plus the timeout and `SLACK_MS`. */
const PROOF_INTERVALS = 2;
const SLACK_MS = 2_000;

interface CheckJudgement {
  status: CheckStatus;
  reason: CheckReason;
}

/** Returns how long a proof counts, in ms. */
export function proofLastsMs({ intervalMs, timeoutMs }: PolicyEntry): number {
  return PROOF_INTERVALS * intervalMs + timeoutMs + SLACK_MS;
}

/**
 * Returns whether the latest failed probe of the pair is a proof that was not counted yet: the agent's control probe was answered at most one
 * interval before or after it. A probe that fails proves nothing while the agent, or the whole target, is cut off.
 */
export function isProof({ failedMs, provenMs, controlMs }: ValidatedPair, { intervalMs }: PolicyEntry): boolean {
  return failedMs > provenMs && Math.abs(failedMs - controlMs) <= intervalMs;
}

/** Whether a violation is over: each agent that got an answer, or any agent if none of those still probes, has enough proofs since. */
function isCleared({ pairs }: ValidatedCheck): boolean {
  const hasProofs = ({ proofsInRow }: ValidatedPair): boolean => proofsInRow >= CLEARING_PROOFS;
  return pairs.some(hasProofs) && pairs.every((pair) => !pair.reached || hasProofs(pair));
}

/** Decides the status of a check. Only proofs end a violation; silence, a pause and missing agents do not. */
export function judgeCheck(
  check: ValidatedCheck,
  { paused }: TargetEntry,
  policy: PolicyEntry,
  { ageMs }: ShardClock,
): CheckJudgement {
  if (check.status === 'violated' && !isCleared(check)) return { status: 'violated', reason: 'answered' };
  if (paused) return { status: 'untested', reason: 'paused' };
  if (check.pairs.length === 0) return { status: 'untested', reason: 'no_agents' };
  const lastsMs = proofLastsMs(policy);
  if (ageMs - check.lastProofAgeMs <= lastsMs) return { status: 'as_expected', reason: 'closed' };
  return { status: 'untested', reason: untestedReason(check.pairs, ageMs - lastsMs) };
}

/** Returns the most specific reason of any agent since the given age. */
function untestedReason(pairs: readonly ValidatedPair[], sinceAgeMs: number): CheckReason {
  if (pairs.some(({ assignedAgeMs }) => assignedAgeMs >= sinceAgeMs)) return 'warming';
  if (pairs.some(({ failedAgeMs }) => failedAgeMs >= sinceAgeMs)) return 'no_control';
  return pairs.some(({ notSentAgeMs }) => notSentAgeMs >= sinceAgeMs) ? 'not_sent' : 'no_results';
}
