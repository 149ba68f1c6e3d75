import type { CheckDefinition } from '@icmp-mon/tiers/contract';

export * from './assignment-directory';
export * from './held-targets';

/** One tier as an agent needs it. */
export interface AssignedTier {
  tier: string;
  probeIntervalMs: number;
  probeTimeoutMs: number;
  checks: CheckDefinition[];
}

export interface AssignedTarget {
  key: number;
  ip: string;
  tier: string;
}

/**
 * Answer of `GET /v1/assignments?since=<version>` on the agents' listener. The request waits up to 25 s for a newer
 * version and then answers 304. `full` replaces all that the agent had; otherwise `assigned` adds or replaces by key and
 * `unassigned` removes.
 */
export interface AssignmentsResponse {
  version: number;
  full: boolean;
  tiers: AssignedTier[];
  assigned: AssignedTarget[];
  unassigned: number[];
}
