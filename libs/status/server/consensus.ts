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
  /** No fresh verdict, because the agent's local policy refuses the address. */
  refuses: number;
  /** No fresh verdict, and the agent says that it cannot probe. */
  unable: number;
  /** No fresh verdict, and the control plane does not hear the agent. */
  lost: number;
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
  return ballot.up + ballot.degraded + ballot.down + ballot.warming + withoutVerdict(ballot);
}

/** Selected agents without a fresh verdict that are not warming either. */
function withoutVerdict({ notSent, refuses, unable, lost, silent }: Ballot): number {
  return notSent + refuses + unable + lost + silent;
}

/** How many of the agents SELECTED must agree, however many of them are still alive. */
export function neededOf(selected: number, quorum: 'majority' | number): number {
  return quorum === 'majority' ? Math.floor(selected / 2) + 1 : quorum;
}

/** The ballot as events and the API show it; all without a fresh verdict are `unknown`. */
export function votesOf(ballot: Ballot, quorum: 'majority' | number): Votes {
  const { up, degraded, down, warming } = ballot;
  const selected = selectedOf(ballot);
  const unknown = warming + withoutVerdict(ballot);
  return { selected, needed: neededOf(selected, quorum), up, degraded, down, unknown };
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
  return { status: 'unknown', reason: silenceReason(ballot) };
}

/** Why nobody has a fresh verdict: the best known cause of any agent's. */
function silenceReason({ notSent, refuses, unable, lost }: Ballot): StatusReason {
  if (notSent > 0) return 'not_sent';
  if (refuses > 0) return 'agent_refuses';
  if (unable > 0) return 'agent_unable';
  return lost > 0 ? 'agent_lost' : 'no_fresh_data';
}

const BADNESS: Readonly<Record<Status, number>> = { down: 3, degraded: 2, unknown: 1, up: 0 };

/** A target is as bad as the worst of its checks. */
export function worst(judgements: readonly Judgement[]): Judgement {
  return judgements.reduce((bad, each) => (BADNESS[each.status] > BADNESS[bad.status] ? each : bad));
}
