import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';

/** What the selected agents have to say of one check of one target. Every selected agent is in exactly one count. */
export interface Ballot {
  /** Fresh verdicts. */
  up: number;
  degraded: number;
  down: number;
  /** Newly assigned, not judged yet, and within its first two intervals. */
  warming: number;
  /** No fresh verdict, because the agent's own kernel refuses to send. */
  notSent: number;
  /** No fresh verdict for any other cause. */
  silent: number;
  /** Whether any agent ever had an answer from the target. */
  everAnswered: boolean;
}

export interface Judgement {
  status: Status;
  reason: StatusReason;
}

export function selectedOf(ballot: Ballot): number {
  return ballot.up + ballot.degraded + ballot.down + ballot.warming + ballot.notSent + ballot.silent;
}

/** How many of the agents SELECTED must agree, however many of them are still alive. */
export function neededOf(selected: number, quorum: 'majority' | number): number {
  return quorum === 'majority' ? Math.floor(selected / 2) + 1 : quorum;
}

/** The ballot as events and the API show it; all without a fresh verdict are `unknown`. */
export function votesOf(ballot: Ballot, quorum: 'majority' | number): Votes {
  const { up, degraded, down, warming, notSent, silent } = ballot;
  const selected = selectedOf(ballot);
  return { selected, needed: neededOf(selected, quorum), up, degraded, down, unknown: warming + notSent + silent };
}

/**
 * Consensus over the fresh verdicts of the selected agents. `current` is what stood before: it goes on standing while
 * agents that are still warming could decide.
 */
export function judge(ballot: Ballot, quorum: 'majority' | number, current: Judgement): Judgement {
  const selected = selectedOf(ballot);
  if (selected === 0) return { status: 'unknown', reason: 'no_agents' };
  const needed = neededOf(selected, quorum);
  const reachable = ballot.up + ballot.degraded;
  if (ballot.down >= needed) {
    return ballot.everAnswered
      ? { status: 'down', reason: 'quorum_down' }
      : { status: 'unknown', reason: 'never_answered' };
  }
  if (reachable >= needed) {
    const status = ballot.degraded * 2 > reachable ? 'degraded' : 'up';
    return { status, reason: 'quorum_up' };
  }
  const fresh = reachable + ballot.down;
  if (ballot.warming > 0 && fresh + ballot.warming >= needed) {
    return current.reason === 'no_agents' ? { status: 'unknown', reason: 'warming' } : current;
  }
  if (fresh >= needed) {
    return ballot.everAnswered
      ? { status: 'degraded', reason: 'no_quorum' }
      : { status: 'unknown', reason: 'never_answered' };
  }
  if (fresh > 0) return { status: 'unknown', reason: 'too_few_voters' };
  return { status: 'unknown', reason: ballot.notSent > 0 ? 'not_sent' : 'no_fresh_data' };
}

const BADNESS: Readonly<Record<Status, number>> = { down: 3, degraded: 2, unknown: 1, up: 0 };

/** A target is as bad as the worst of its checks. */
export function worst(judgements: readonly Judgement[]): Judgement {
  return judgements.reduce((bad, each) => (BADNESS[each.status] > BADNESS[bad.status] ? each : bad));
}
