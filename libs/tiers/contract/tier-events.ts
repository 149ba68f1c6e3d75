import type { StoredTierPolicy } from './tier';

/** Stream category of tiers: `tier-<name>`. Relayed to `public.tiers.v1`, keyed by name. */
export const TIER_STREAM = 'tier';
/** Topic to which the relay publishes tiers' events. */
export const TIERS_TOPIC = 'public.tiers.v1';

/** CloudEvents types of these events. */
export const TIER_DEFINED = 'icmpmon.tier.defined.v1';
export const TIER_REMOVAL_STARTED = 'icmpmon.tier.removal-started.v1';
export const TIER_REMOVED = 'icmpmon.tier.removed.v1';

/** A tier was defined, or its policy was changed; contains the whole policy. */
export interface TierDefined {
  type: 'TierDefined';
  data: { name: string; builtIn: boolean; policy: StoredTierPolicy };
}

/** The tier is being removed: it takes no new targets, and its targets move to the successor. */
export interface TierRemovalStarted {
  type: 'TierRemovalStarted';
  data: { name: string; successor: string };
}

/** The tier has no targets and is removed. Its name can be defined again. */
export interface TierRemoved {
  type: 'TierRemoved';
  data: { name: string };
}

export type TierEvent = TierDefined | TierRemovalStarted | TierRemoved;
