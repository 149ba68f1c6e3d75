import type { CheckType, TierCheck } from './feed-fact';

/** How an agent probes the targets of one tier. */
export interface AgentPolicy {
  tier: string;
  /** The blocks of results measured under it carry the highest of the agent's policy versions. */
  policyVersion: number;
  intervalMs: number;
  timeoutMs: number;
  checks: TierCheck[];
}

export interface AssignedTarget {
  /** The target's key: u32, never reused. */
  key: number;
  /** Canonical IPv4 or IPv6 literal. */
  ip: string;
  tier: string;
}

/** Answer to GET /v1/assignments?version=N: what changed since N, or everything (`full`: forget what was before). */
export interface AssignmentsAnswer {
  version: number;
  full: boolean;
  /** All tiers that any of the agent's targets has. */
  tiers: AgentPolicy[];
  add: AssignedTarget[];
  /** Keys; a target in `add` replaces the one of the same key. */
  remove: number[];
}

export type ExecutorState = 'ok' | 'missing' | 'not_permitted' | 'killed' | 'restarting';

export interface ExecutorHealth {
  type: CheckType;
  state: ExecutorState;
  /** For people: what is wrong and what to do. */
  detail: string;
}

/** Body of POST /v1/telemetry. */
export interface AgentTelemetry {
  version: string;
  /** ISO 8601, UTC. */
  bootAt: string;
  uptimeS: number;
  targets: number;
  /** Packets sent per second. */
  pps: number;
  resultsPerS: number;
  /** Of one core. */
  cpuRatio: number;
  rssBytes: number;
  spoolBlocks: number;
  spoolBytes: number;
  spoolOldestS: number;
  /** Blocks set aside as damaged or refused. */
  quarantined: number;
  /** Results given up because the spool was full. */
  droppedResults: number;
  /** Agent's clock minus the server's, as the agent estimates it. */
  clockOffsetMs: number;
  executors: ExecutorHealth[];
}

/** Body of POST /v1/enrol on the enrolment listener. */
export interface EnrolRequest {
  token: string;
  csrPem: string;
  name: string;
  region: string;
  provider: string;
  /** key=value. */
  tags: string[];
  version: string;
}

export interface EnrolAnswer {
  agentId: string;
  certificatePem: string;
  caPem: string;
  gatewayUrl: string;
  shardCount: number;
  /** ISO 8601, UTC: the end of the certificate. */
  notAfter: string;
}
