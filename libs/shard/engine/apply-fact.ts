import type { FeedFact } from '@icmp-mon/probing/contract';
import type { ShardDirectory } from './directory';
import type { RecordPlace, ShardClock, ShardParticipant } from './participant';

/** Returns where a participant is relative to the record that is applied. */
export type PlaceOf<T> = (participant: ShardParticipant<T>) => RecordPlace;

/** Applies a fact of the feed to the directory, then notifies the participants of the targets that it concerns. */
export function applyFact<T>(
  fact: FeedFact,
  directory: ShardDirectory,
  participants: readonly ShardParticipant<T>[],
  clock: ShardClock,
  placeOf: PlaceOf<T>,
): void {
  switch (fact.kind) {
    case 'policy':
      for (const target of directory.applyPolicy(fact)) {
        for (const each of participants) each.onTarget?.(target, clock, placeOf(each));
      }
      return;
    case 'agent': {
      const concerned = directory.applyAgent(fact);
      const agent = directory.agents.get(fact.agentId);
      if (agent) for (const each of participants) each.onAgent?.(agent, clock, placeOf(each));
      for (const target of concerned) {
        for (const each of participants) each.onAgentCondition?.(target, clock, placeOf(each));
      }
      return;
    }
    case 'target': {
      const target = directory.applyTarget(fact, clock.atMs);
      for (const each of participants) each.onTarget?.(target, clock, placeOf(each));
      return;
    }
    case 'target-removed': {
      const target = directory.removeTarget(fact.targetKey);
      if (!target) return;
      for (const each of participants) each.onTargetRemoved?.(target, clock, placeOf(each));
      return;
    }
    default:
      fact satisfies never;
  }
}
