import type { AgentSelection, CheckDefinition, TierPolicy } from './tier';
import type { VerdictRuleRequest } from './verdict-rule';

/**
 * A check as clients send it. Without `check`, a check with the type and parameters of a current one keeps its number, and any other gets a
 * new one.
 */
export type CheckRequest = Omit<CheckDefinition, 'check'> & { check?: number };

/** Members that are absent have the values of `SELECTION_DEFAULTS`. */
export type AgentSelectionRequest = Pick<AgentSelection, 'strategy'> & Partial<Omit<AgentSelection, 'strategy'>>;

/** Request body of `PUT /api/v1/tiers/{name}` and of the preview: the whole policy. */
export interface TierPolicyRequest extends Pick<TierPolicy, 'probeIntervalMs' | 'probeTimeoutMs'> {
  checks: CheckRequest[];
  agentSelection: AgentSelectionRequest;
  verdictRule: VerdictRuleRequest;
}

/** Request body of `POST /api/v1/tiers`. */
export interface CreateTierRequest extends TierPolicyRequest {
  name: string;
}

/** A policy that was checked: complete, except that new checks have no number yet. */
export interface SentPolicy extends Omit<TierPolicy, 'checks'> {
  checks: CheckRequest[];
}

/** One fault of a policy; `pointer` is a JSON pointer (RFC 6901) into the body. */
export interface PolicyFault {
  pointer: string;
  detail: string;
}
