import type { TierPolicy } from './tier';

/** Stream of a tier: `tier-<name>`. Relayed to `public.tiers.v1`, keyed by name. */
export const TIER_STREAM = 'tier';
/** Topic that tiers' events are relayed to. */
export const TIERS_TOPIC = 'public.tiers.v1';

/** Type of `TierDefined` as a CloudEvent. */
export const TIER_DEFINED = 'icmpmon.tier.defined.v1';

export interface TierDefined {
  type: 'TierDefined';
  data: { name: string; builtIn: boolean; policy: TierPolicy };
}

export type TierEvent = TierDefined;
