import type { PolicyEntry, ShardDirectory } from '@icmp-mon/shard/engine';
import type { Ballot } from './consensus';

/** Why an agent has no fresh verdict, or none that is believed; a group of agents has the first reason that any of them has. */
export const MISSING = [
  ...(['warming', 'held', 'partition', 'setAside'] as const),
  ...(['notSent', 'refuses', 'unable', 'agentSilent', 'withoutVotes'] as const),
] as const;

/**
 * Returns the ballot of groups of agents, given the votes within each group.
 *
 *     provider A: up, down      ──▶ up    ┐
 *     provider B: down, down, ? ──▶ down  ├──▶ up 1, down 1, silent 1
 *     provider C: silent        ──▶ silent┘
 *
 * Invariants:
 * - A group is one vote. It is down if more than half of its fresh verdicts are; otherwise the target was reached from it, and it is
 *   degraded if more than half of the fresh verdicts that reached the target are.
 * - A group without a fresh verdict stays a voter, without a vote.
 */
export function groupBallot(groups: readonly Ballot[], whole: Pick<Ballot, 'everReplied' | 'least'>): Ballot {
  const ballot: Ballot = {
    ...{ up: 0, degraded: 0, down: 0, lossy: 0, slow: 0, warming: 0, notSent: 0, refuses: 0, unable: 0 },
    ...{ agentSilent: 0, withoutVotes: 0, held: 0, setAside: 0, partition: 0, ...whole },
  };
  for (const group of groups) {
    const reached = group.up + group.degraded;
    if (reached + group.down === 0) ballot[MISSING.find((reason) => group[reason] > 0) ?? 'withoutVotes']++;
    else if (group.down > reached) ballot.down++;
    else if (group.degraded * 2 > reached) countDegraded(ballot, group);
    else ballot.up++;
  }
  return ballot;
}

/**
 * Returns the voter that an agent is, or is part of. Agents without a provider, or region, are one voter: nothing shows that they are
 * independent.
 */
export function voterOf(directory: ShardDirectory, agentId: string, voters: PolicyEntry['voters']): string {
  if (!voters) return agentId;
  const agent = directory.agents.get(agentId);
  return (voters.by === 'providers' ? agent?.provider : agent?.region) ?? '';
}

function countDegraded(ballot: Ballot, group: Ballot): void {
  ballot.degraded++;
  if (group.slow > group.lossy) ballot.slow++;
  else ballot.lossy++;
}
