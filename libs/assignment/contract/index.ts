import type { CheckDefinition } from '@icmp-mon/tiers/contract';

export * from './agent-presence';
export * from './agent-targets';
export * from './assigned-pairs';
export * from './assignment-directory';
export * from './held-targets';
export * from './placement';
export * from './selected-agents';
export * from './target-assignment';
export * from './tier-preview';

/** Tier settings that an agent needs for probing. */
export interface AssignedTier {
  tier: string;
  probeIntervalMs: number;
  probeTimeoutMs: number;
  checks: CheckDefinition[];
  /** Misses in a row with which the tier's rule calls a target down; missing from older gateways. */
  missesToFail?: number;
  /** Whether the agent confirms a first miss by three more probes; missing from older gateways, which is the same as true. */
  confirm?: boolean;
}

export interface AssignedTarget {
  key: number;
  ip: string;
  tier: string;
}

/**
 * Response of `GET /v1/assignments?since=<version>` on the agents' listener. The request waits up to 25 s for a newer version and is
 * otherwise answered with 304. With `full` it replaces everything that the agent has; otherwise `assigned` adds or replaces by key, and
 * `unassigned` removes.
 */
export interface AssignmentsResponse {
  version: number;
  full: boolean;
  tiers: AssignedTier[];
  assigned: AssignedTarget[];
  unassigned: number[];
}
export { FactHistory, type DatedFact } from './fact-history';
