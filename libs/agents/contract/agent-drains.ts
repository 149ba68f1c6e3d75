/**
 * State of a job that drains several agents.
 * - `running`: it drains the next agents as others no longer hold targets
 * - `paused`: more targets than at its start are not placed as their tiers ask; it continues when they are
 * - `stopped`: no target moved for `waitS` seconds
 */
export const DRAIN_JOB_STATES = ['running', 'paused', 'completed', 'stopped', 'cancelled'] as const;
export type DrainJobState = (typeof DRAIN_JOB_STATES)[number];

/** Most agents of one job. */
export const DRAIN_AGENTS_MAX = 1_000;
/** Most agents that a job drains at the same time. */
export const DRAIN_AT_ONCE_MAX = 100;
/** Default and limit of the seconds without a moved target after which a job stops. */
export const DRAIN_WAIT_S = 600;
export const DRAIN_WAIT_S_MAX = 86_400;

/** Request of `POST /api/v1/agents:drain`: agents by id, or all in service of a region, a provider, with tags. */
export interface DrainAgentsRequest {
  agents?: string[];
  region?: string;
  provider?: string;
  tags?: Record<string, string>;
  /** Agents that drain at the same time, at most; 1 unless set. */
  atOnce?: number;
  waitS?: number;
  reason?: string;
}

/** State of an agent in a job. `skipped`: its drain was cancelled, or it was evicted or banned. */
export const DRAIN_JOB_AGENT_STATES = ['waiting', 'draining', 'drained', 'skipped'] as const;
export type DrainJobAgentState = (typeof DRAIN_JOB_AGENT_STATES)[number];

/** An agent of a job. */
export interface DrainJobAgent {
  id: string;
  name: string;
  state: DrainJobAgentState;
  /** Targets that it holds. */
  held: number;
}

export interface DrainJob {
  id: string;
  state: DrainJobState;
  /** Progress as a sentence, such as `2 of 6 drained, draining fra-3 (120 targets), 3 waiting`. */
  progress: string;
  /** Why it is paused or stopped, and what to do; null otherwise. */
  why: string | null;
  reason: string | null;
  requestedBy: string;
  requestedAt: string;
  finishedAt: string | null;
  atOnce: number;
  waitS: number;
  /** In the order in which they are drained. */
  agents: DrainJobAgent[];
}

/** Stream of a job that drains agents: `agentdrain-<id>`. It is an audit record and is not relayed; each drain is an event of its agent. */
export const DRAIN_JOB_STREAM = 'agentdrain';

/** The job was cancelled before its end; the metadata have the actor. */
export interface DrainJobEvent {
  type: 'DrainJobCancelled';
  data: { jobId: string };
}
