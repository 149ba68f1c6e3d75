import type { StoredTierPolicy } from './tier';

/** Stream category of tiers: `tier-<name>`. Relayed to `public.tiers.v1`, keyed by name. */
export const TIER_STREAM = 'tier';
/** Topic to which the relay publishes tiers' events. */
export const TIERS_TOPIC = 'public.tiers.v1';

/** CloudEvents type of `TierDefined`. */
export const TIER_DEFINED = 'icmpmon.tier.defined.v1';

/** A tier was defined, or its policy was changed; contains the whole policy. */
export interface TierDefined {
  type: 'TierDefined';
  data: { name: string; builtIn: boolean; policy: StoredTierPolicy };
}

export type TierEvent = TierDefined;
