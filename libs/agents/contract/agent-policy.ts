/**
 * What an agent's local policy file allows: body of `PUT /v1/policy` on the agents' listener, sent at the start and whenever
 * it changes. The agent refuses an address that lies in `deny`, that `allow` is set and does not hold, and every address
 * when `stopped`. `deny` holds what no policy allows as well, so that this is all there is to know.
 */
export interface AgentPolicy {
  /** Ranges such as `10.0.0.0/8`; null is every address that is not denied. */
  allow: string[] | null;
  deny: string[];
  stopped: boolean;
  packetsPerSecond: number;
}

/** Value of `internal.agent-policies`, keyed by agent id: the last one of each agent holds. */
export interface ReportedPolicy {
  agentId: string;
  /** By the gateway's clock, ISO 8601. */
  reportedAt: string;
  /** SHA-256 of the policy: equal for equal policies. */
  digest: string;
  policy: AgentPolicy;
}

export const AGENT_POLICY_TOPIC = 'internal.agent-policies';

/** More than a policy file holds. */
export const POLICY_RANGES_MAX = 10_100;
