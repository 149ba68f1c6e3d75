import { isSuccess, isVote, OUTCOME } from '@icmp-mon/probing/contract';

/** Number of results in a row after which one agent's verdict changes. */
export interface VerdictPolicy {
  missesToFail: number;
  successesToRecover: number;
}

/** Codes of verdicts in columns; `none`: the agent has no verdict yet. */
export const VERDICT = { none: 0, up: 1, degraded: 2, down: 3 } as const;

/** State of one agent's results for one check of one target. */
export interface PairState {
  verdict: number;
  missesInRow: number;
  successesInRow: number;
  notSentInRow: number;
}

const COUNT_MAX = 0xffff;

/**
 * Applies one probe result and returns the state afterwards.
 *
 * Invariants:
 * - Down after `missesToFail` misses in a row, up after `successesToRecover` successes in a row; in between the verdict holds.
 * - A probe that was not sent, or whose executor failed, is not a vote: it changes no count of misses or successes.
 */
export function judgeProbe(state: PairState, outcome: number, policy: VerdictPolicy): PairState {
  if (!isVote(outcome)) {
    const refused = outcome === OUTCOME.not_sent ? 1 : 0;
    return { ...state, notSentInRow: Math.min(state.notSentInRow + refused, COUNT_MAX) };
  }
  if (isSuccess(outcome)) {
    const successesInRow = Math.min(state.successesInRow + 1, COUNT_MAX);
    const verdict = successesInRow >= policy.successesToRecover ? VERDICT.up : state.verdict;
    return { verdict, missesInRow: 0, successesInRow, notSentInRow: 0 };
  }
  const missesInRow = Math.min(state.missesInRow + 1, COUNT_MAX);
  const verdict = missesInRow >= policy.missesToFail ? VERDICT.down : state.verdict;
  return { verdict, missesInRow, successesInRow: 0, notSentInRow: 0 };
}
