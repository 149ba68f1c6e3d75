/**
 * What an agent's local policy file allows: body of `PUT /v1/policy` on the agents' listener, sent at the start, whenever it
 * changes, and every ten minutes. The agent refuses an address that lies in `deny`, that `allow` is set and does not hold,
 * and every address when `stopped`. `deny` holds what no policy allows as well.
 */
export interface AgentPolicy {
  /** Ranges such as `10.0.0.0/8`; null is every address that is not denied. */
  allow: string[] | null;
  deny: string[];
  stopped: boolean;
  packetsPerSecond: number;
}

export interface AgentPolicyReport extends AgentPolicy {
  /**
   * Keys of assigned targets that the agent refuses for a reason that the ranges do not tell: they would take more packets per
   * second than the policy allows, or the policy has more ranges than a report may. Ascending, each as the distance to the one before (the
   * first one: to 0); those that find no place come with a later report.
   */
  refusedKeys: number[];
}

/** Value of `internal.agent-policies`, keyed by agent id. */
export interface ReportedPolicy {
  agentId: string;
  /** By the gateway's clock, ISO 8601. */
  reportedAt: string;
  report: AgentPolicyReport;
}

export const AGENT_POLICY_TOPIC = 'internal.agent-policies';

/** In a report: the gateway takes bodies of 64 KiB. */
export const POLICY_RANGES_BYTES_MAX = 20_000;
export const REFUSED_KEYS_MAX = 4_000;
