import type { FeedFact } from '@icmp-mon/probing/contract';

/** A fact of the feed and when it became true, ms since 1970. */
export interface DatedFact {
  atMs: number;
  fact: FeedFact;
}

/** Facts of the past, for judging stored results again. The worker binds it to the histories of tiers, targets and assignments. */
export abstract class FactHistory {
  /**
   * Returns the facts about a target between two times, in their order: its agents, its tiers and their policies. What held at the start
   * comes first, dated by the start. Empty if the target did not exist. Conditions of agents are not included: they change no status that
   * results decide.
   */
  abstract factsBetween(targetKey: number, from: Date, to: Date): Promise<DatedFact[]>;
}
