import type { Scope } from '@icmp-mon/identity/contract';
import type { TierAtView, TierView } from '@icmp-mon/tiers/contract';
import type { Query } from '@nestjs/cqrs';
import { ReadTier } from '../read-tier';
import { ReadTierAt } from './read-tier-at';

/** Returns the query for a tier: as it was at an instant if there is one. */
export const tierQueryOf = (name: string, at: string | undefined, scope: Scope): Query<TierView | TierAtView> =>
  at === undefined ? new ReadTier(name, scope) : new ReadTierAt(name, at);
