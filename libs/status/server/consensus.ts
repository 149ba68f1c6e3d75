import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';

/**
 * Votes on one check of one target: of the selected agents, or of their groups where the tier asks for independent voters
 * (`voter-groups.ts`). Every voter is in exactly one count, apart from `lossy` and `slow`.
 */
export interface Ballot {
  /** Number of fresh verdicts that are up; `degraded` and `down` likewise. */
  up: number;
  degraded: number;
  down: number;
  /** Number of the degraded votes because of loss, and because of round trips; a vote may be in both. */
  lossy: number;
  slow: number;
  /** Newly assigned agents without a verdict, within their first two intervals. */
  warming: number;
  /** No fresh verdict, because the agent's own kernel refuses to send. */
  notSent: number;
  /** No fresh verdict, because the agent's policy file refuses the address. */
  refuses: number;
  /** No fresh verdict, and the agent reports that it cannot probe. */
  unable: number;
  /** No fresh verdict, and the agent is silent: the control plane has received no report for 15 s. */
  agentSilent: number;
  /** Fresh misses of agents that are suspected of being the odd ones out: what they are is not decided yet. */
  held: number;
  /** Fresh misses of agents that are the odd ones out: isolated or faulty, or suspect for longer than their votes are held. */
  setAside: number;
  /** Fresh misses of agents whose path is cut, on targets from which they got replies before. */
  partition: number;
  /** No fresh verdict for any other cause: the agent is not known to be silent or unable to probe. */
  withoutVotes: number;
  /** Whether any agent ever got a reply from the target. */
  everReplied: boolean;
  /** Number of voters that the quorum is counted over if fewer are selected; 0 without such a minimum. */
  least: number;
}

export interface Judgement {
  status: Status;
  reason: StatusReason;
}

export function selectedOf(ballot: Ballot): number {
  return ballot.up + ballot.degraded + ballot.down + ballot.warming + withoutVerdict(ballot);
}

/** Returns the number of selected agents that have no fresh verdict, or none that is believed, and are not warming. */
function withoutVerdict(ballot: Ballot): number {
  const { notSent, refuses, unable, agentSilent, withoutVotes, held, setAside, partition } = ballot;
  return notSent + refuses + unable + agentSilent + withoutVotes + held + setAside + partition;
}

/** Returns how many of the SELECTED voters must agree, regardless of how many are connected. */
export function neededOf(selected: number, quorum: 'majority' | number): number {
  return quorum === 'majority' ? Math.floor(selected / 2) + 1 : quorum;
}

/** Returns how many votes the quorum needs. */
export function neededBy(ballot: Ballot, quorum: 'majority' | number): number {
  return neededOf(Math.max(selectedOf(ballot), ballot.least), quorum);
}

/** Returns the votes as events and the API show them; agents without a fresh verdict that is believed are `unknown`. */
export function votesOf(ballot: Ballot, quorum: 'majority' | number): Votes {
  const { up, degraded, down, warming } = ballot;
  const selected = selectedOf(ballot);
  const unknown = warming + withoutVerdict(ballot);
  return { selected, needed: neededBy(ballot, quorum), up, degraded, down, unknown };
}

/**
 * Decides the status of one check from the fresh verdicts of the selected agents. `current` is the judgement before.
 *
 * Invariants:
 * - Quorum of the selected: `down` and `up` need votes of the quorum of all SELECTED agents, so agents
 *   without a fresh verdict never make a target down.
 * - No outage without a reply: a target is never down or degraded before any agent got a reply from it.
 * - Odd agents: misses of agents that are the odd ones out never make a target down. A partition makes it degraded if the votes make a
 *   quorum together with these misses.
 * - Hold: while agents that are warming, or whose misses are held, could still complete the quorum, `current` holds.
 * - Degraded needs the quorum too: one agent that finds the target lossy or slow is outvoted.
 * - Missing data is `unknown`, with the most specific known reason.
 */
export function judge(ballot: Ballot, quorum: 'majority' | number, current: Judgement): Judgement {
  const selected = selectedOf(ballot);
  if (selected === 0) return { status: 'unknown', reason: 'no_agents' };
  const needed = neededBy(ballot, quorum);
  const reachable = ballot.up + ballot.degraded;
  if (ballot.down >= needed) {
    return ballot.everReplied
      ? { status: 'down', reason: 'quorum_down' }
      : { status: 'unknown', reason: 'never_answered' };
  }
  if (ballot.partition > 0 && ballot.everReplied && reachable + ballot.down + ballot.partition >= needed) {
    return { status: 'degraded', reason: 'partition' };
  }
  if (ballot.degraded >= needed) return { status: 'degraded', reason: ballot.slow > ballot.lossy ? 'slow' : 'lossy' };
  if (reachable >= needed) return { status: 'up', reason: 'quorum_up' };
  const fresh = reachable + ballot.down;
  const undecided = ballot.warming + ballot.held;
  if (undecided > 0 && fresh + undecided >= needed) {
    return current.reason === 'no_agents' || current.reason === 'paused'
      ? { status: 'unknown', reason: 'warming' }
      : current;
  }
  if (fresh >= needed) {
    return ballot.everReplied
      ? { status: 'degraded', reason: 'no_quorum' }
      : { status: 'unknown', reason: 'never_answered' };
  }
  if (fresh > 0) return { status: 'unknown', reason: 'too_few_voters' };
  return { status: 'unknown', reason: unknownReason(ballot) };
}

/** Returns why no agent has a fresh verdict: the most specific known reason of any agent. */
function unknownReason({ notSent, refuses, unable, agentSilent, held, setAside, partition }: Ballot): StatusReason {
  if (notSent > 0) return 'not_sent';
  if (refuses > 0) return 'agent_refuses';
  if (unable > 0) return 'agent_unable';
  if (held + setAside + partition > 0) return 'agent_set_aside';
  return agentSilent > 0 ? 'agent_lost' : 'no_fresh_data';
}

const BADNESS: Readonly<Record<Status, number>> = { down: 3, degraded: 2, unknown: 1, up: 0 };

/** Returns the worst judgement: a target is as bad as the worst of its checks. */
export function worst(judgements: readonly Judgement[]): Judgement {
  return judgements.reduce((bad, each) => (BADNESS[each.status] > BADNESS[bad.status] ? each : bad));
}
