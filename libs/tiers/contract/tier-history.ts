import type { TierPolicy } from './tier';

/** `GET /api/v1/tiers/{name}?at=…`: a tier as it was at an instant. */
export interface TierAtView extends TierPolicy {
  name: string;
  builtIn: boolean;
  version: number;
  /** The instant, ISO 8601. */
  at: string;
  /** Start of the policy, ISO 8601. */
  validFrom: string;
  /** End of the policy, exclusive, ISO 8601; null for the current one. */
  validTo: string | null;
}
