/** Types of checks that a tier can have. Agents report which of them they execute. */
export const CHECK_TYPES = ['icmp_ping', 'tcp_connect', 'http', 'dns'] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/** One check of a tier; `check` is its number, the same in blocks, series and verdicts. */
interface TierCheck {
  check: number;
  type: CheckType;
  expect: 'reachable' | 'unreachable';
  /** For evidence logs; absent for checks without a port, and in older logs. */
  port?: number;
}

/** A majority of the selected agents, or this number of them. */
type Quorum = 'majority' | number;

/** Tier policy, valid from this record on. `policyVersion` increases with each change of any tier. */
export interface PolicyFact {
  kind: 'policy';
  tier: string;
  policyVersion: number;
  intervalMs: number;
  timeoutMs: number;
  missesToFail: number;
  successesToRecover: number;
  quorum: Quorum;
  checks: TierCheck[];
  /** Limits while nothing is known of a pair; absent in older logs. */
  degraded?: { latencyMs: number | null; lossPercent: number | null };
  /** Agents of one provider, or region, are one voter; `least` groups are required. Absent: each agent is a voter. */
  voters?: VoterGroups;
  /** The policy's `hourOfWeek`, which has no effect; absent: false. */
  hourOfWeek?: true;
}

interface VoterGroups {
  by: 'providers' | 'regions';
  /** Number of groups that the quorum is counted over if fewer are selected. */
  least: number;
}

/** Complete state of one target, valid from this record on; replaces earlier facts about it. */
export interface TargetFact {
  kind: 'target';
  targetKey: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  /** Ids of the agents that probe it; results of other agents are counted and dropped. */
  selected: string[];
  /** Ids of selected agents whose policy file refuses the address: selected because every eligible agent refuses it. */
  refuses?: string[];
  /** Present if the target is paused; then no agent is selected. */
  paused?: true;
}

interface TargetRemovedFact {
  kind: 'target-removed';
  targetKey: number;
}

/** `silent`: the control plane receives no reports from it. `unable`: it reports that it cannot probe. */
export const AGENT_CONDITIONS = ['ok', 'silent', 'unable'] as const;
export type AgentCondition = (typeof AGENT_CONDITIONS)[number];

/**
 * Why an agent is the odd one out.
 * - `isolated`: it reaches next to nothing, because its own uplink is out
 * - `partition`: its anchors answer, but targets that have a prefix in common do not
 * - `faulty`: it alone misses targets without such a pattern
 */
export type AgentStanding = 'isolated' | 'partition' | 'faulty';

/** Whether any of the agent's anchors answers. `silent`: its own uplink may be out. */
export type AnchorFact = 'answer' | 'silent';

export interface AgentFact {
  kind: 'agent';
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: 'active' | 'removed';
  /** Why the agent cannot be expected to deliver results. Absent when there is no reason, and in older logs. */
  condition?: AgentCondition;
  /** Evidence about its uplink. Absent without anchors, while none is measured, and in older logs. */
  anchors?: AnchorFact;
  /** Why its misses are not believed. Absent while they are, and in older logs. */
  standing?: AgentStanding;
}

/** Facts in the shard's log besides results and time. Applied once per position, in order. */
export type FeedFact = PolicyFact | TargetFact | TargetRemovedFact | AgentFact;

/** Returns the shard that owns a target; it receives the results of all agents for the target. */
export function shardOf(targetKey: number, shardCount: number): number {
  return targetKey % shardCount;
}
