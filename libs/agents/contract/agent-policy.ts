/**
 * Ranges and limits of an agent's local policy file. Request body of `PUT /v1/policy` on the agents' listener; the agent sends it at its start,
 * after every change, and every ten minutes. The agent refuses to probe an address that is in `deny`, or that is not in `allow` when
 * `allow` is set, and every address when `stopped` is true. `deny` also contains the ranges that no policy file can allow.
 */
export interface AgentPolicy {
  /** Ranges such as `10.0.0.0/8`; null allows every address that is not denied. */
  allow: string[] | null;
  deny: string[];
  stopped: boolean;
  packetsPerSecond: number;
}

export interface AgentPolicyReport extends AgentPolicy {
  /**
   * Keys of assigned targets that the agent refuses for a reason that the ranges do not show: they would exceed the packet rate of the
   * policy file, or the file has more ranges than fit into a report. Ascending and delta-encoded: each number is the difference to the
   * previous key (the first one: to 0). Keys beyond the limit follow in a later report.
   */
  refusedKeys: number[];
}

/** Value of `internal.agent-policies`, keyed by agent id. */
export interface ReportedPolicy {
  agentId: string;
  /** Receive time by the gateway's clock, ISO 8601. */
  reportedAt: string;
  report: AgentPolicyReport;
}

export const AGENT_POLICY_TOPIC = 'internal.agent-policies';

/** Maximum size of the ranges in a report: the gateway accepts bodies of up to 64 KiB. */
export const POLICY_RANGES_BYTES_MAX = 20_000;
export const REFUSED_KEYS_MAX = 4_000;
