import type { TierPolicy } from './tier';

/** A policy of a tier and since when it was valid. */
export interface PastPolicy {
  tier: string;
  version: number;
  from: Date;
  policy: TierPolicy;
}

/** Policies of tiers over time. Other contexts inject it; the worker binds it to the history of the tiers. */
export abstract class PolicyHistory {
  /** Returns the policies of the tiers that were valid at some time from `from` to `to`, by time. */
  abstract policiesBetween(tiers: readonly string[], from: Date, to: Date): Promise<PastPolicy[]>;
}
