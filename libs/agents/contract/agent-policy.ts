import type { CheckType } from '@icmp-mon/probing/contract';

/** Kinds of probes that the server can request on demand; a policy file may allow only some of them. */
export const PROBE_KINDS = ['icmp_ping', 'tcp_connect', 'http', 'dns', 'mtr'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/**
 * Why a policy file refuses an assigned target: all are stopped, its address is denied, or not among the allowed ones, or not canonical; a
 * port or a name of its check; its probes would exceed the packet rate. A newer agent may report others.
 */
export const POLICY_REFUSALS = [
  'stopped',
  'denied',
  'not_allowed',
  'not_canonical',
  'port_refused',
  'host_refused',
  'too_fast',
] as const;
export type PolicyRefusal = (typeof POLICY_REFUSALS)[number];

/** A change of the policy file that is not in force, because the file cannot be read or is invalid. */
export interface PolicyFault {
  /** Since when the file cannot be used, ISO 8601. */
  since: string;
  /** The fault of the file. */
  detail: string;
}

/** Allowed and denied members of a list in a policy file; `allow` null: every one that is not denied. */
export interface PolicyLists {
  allow: string[] | null;
  deny: string[];
}

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
  /** Maximum packets per second for one address; this and the following members are missing in reports of older agents. */
  packetsPerSecondPerAddress?: number;
  /** Ports such as `443` and `8000-8999` by type of check; a type that is missing may use every port. */
  ports?: Partial<Record<CheckType, PolicyLists>>;
  /** Names such as `www.example.org` and `*.example.org` that HTTP requests may be sent to. */
  httpHosts?: PolicyLists;
  /** Kinds of probes that the server may request on demand; null allows every kind. */
  commands?: ProbeKind[] | null;
  /** The file has more ranges, ports or names than fit into a report: the agent refuses more than the lists show. */
  isCut?: boolean;
}

export interface AgentPolicyReport extends AgentPolicy {
  /**
   * Keys of assigned targets that the agent refuses for a reason that the ranges do not show: they would exceed the packet rate of the
   * policy file, it refuses a port or a name, or it has more ranges than fit into a report. Ascending and delta-encoded: each number is the difference to the
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
/** Maximum size of ports and names in a report, together. */
export const POLICY_CHECKS_BYTES_MAX = 4_000;
export const REFUSED_KEYS_MAX = 4_000;
/** Maximum size of the refused keys in a report. */
export const REFUSED_KEYS_BYTES_MAX = 20_000;

/** A policy file as its agent reported it. */
export interface StoredAgentPolicy extends AgentPolicy {
  /** Time of the report that changed what is stored, ISO 8601. */
  reportedAt: string;
}

export interface AgentPolicyView {
  agentId: string;
  /** Null while no report of the agent is stored. */
  reported: StoredAgentPolicy | null;
}
