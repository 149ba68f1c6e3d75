/** Highest capacity of an agent, in packets per second. */
export const CAPACITY_PPS_MAX = 1_000_000;

/**
 * Part of an agent's description that an operator set, by a token or by a change; `tags.site` is the tag `site`. What the agent itself
 * reports does not change such a part.
 */
export type OperatorField = 'name' | 'region' | 'provider' | `tags.${string}`;

/** Request body of `PATCH /api/v1/agents/{id}`: a merge patch; absent members stay unchanged. */
export interface ChangeAgentDescriptionRequest {
  name?: string;
  region?: string;
  /** Null: the provider of the agent's own settings applies from its next start. */
  provider?: string | null;
  /** Null removes a tag. A tag that the agent's own settings contain then returns with its next start. */
  tags?: Record<string, string | null>;
  /** Maximum packets per second that may be assigned to the agent; null means that only its policy file limits it. */
  capacityPps?: number | null;
}

/** An agent's description after a change. */
export interface DescribedAgent {
  id: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  capacityPps: number | null;
  setByOperator: OperatorField[];
  version: number;
}
