/** Worst first: the order in which an operator wants to read them. */
export const STATUSES = ['down', 'degraded', 'unknown', 'up'] as const;
export type Status = (typeof STATUSES)[number];

/** What one agent's recent results say of one target. */
export type Verdict = Status;

/**
 * Why a status is what it is.
 * - `never_answered`: no agent ever got an answer, so nothing is known to be lost
 * - `no_agents`: no agent is selected for the target
 * - `warming`: selected agents have not judged it yet
 * - `too_few_voters`: fewer fresh verdicts than the quorum needs
 * - `no_fresh_data`: no selected agent sent anything recent
 * - `agent_refuses`: the local policy of each agent that may probe it refuses the address
 * - `agent_unable`: the selected agent reports that it cannot probe
 * - `agent_lost`: the selected agent is not heard by the control plane
 * - `not_sent`: the agents' own kernels refused to send the probes
 * - `quorum_up`, `quorum_down`: the quorum agrees
 * - `no_quorum`: fresh verdicts disagree and neither side reaches the quorum
 */
export const STATUS_REASONS = [
  'never_answered',
  'no_agents',
  'warming',
  'too_few_voters',
  'no_fresh_data',
  'agent_refuses',
  'agent_unable',
  'agent_lost',
  'not_sent',
  'quorum_up',
  'quorum_down',
  'no_quorum',
] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/**
 * Reasons as the API shows them. `not_judged` is no event: it is computed on read, while nobody has judged the target's shard
 * for three intervals of the target's tier.
 */
export const SHOWN_REASONS = [...STATUS_REASONS, 'not_judged'] as const;
export type ShownReason = (typeof SHOWN_REASONS)[number];

/** How the selected agents voted. `fresh` is up + degraded + down. */
export interface Votes {
  selected: number;
  needed: number;
  up: number;
  degraded: number;
  down: number;
  unknown: number;
}

/** One agent's verdict, as `GET /targets/{id}/status` shows it. */
export interface AgentVerdictView {
  agentId: string;
  agentName: string;
  check: number;
  verdict: Verdict;
  reason: ShownReason | null;
  /** Null while the agent has not judged it. */
  since: string | null;
  /** What is known of the agent where it has no verdict because of itself: since when it is not heard, why it cannot probe. */
  detail?: string | null;
}

/** Answer of `GET /api/v1/targets/{id}/status`. */
export interface TargetStatusView {
  targetId: string;
  ip: string;
  vrf: string;
  status: Status;
  reason: ShownReason | null;
  since: string | null;
  lastSuccessAt: string | null;
  votes: Votes | null;
  agents: AgentVerdictView[];
  /** Agents that would be selected, but that their local policy refuses the address. */
  refusedBy?: { agentId: string; agentName: string }[];
  /** Up to when the target's shard has judged, ISO 8601; null while it has judged nothing. */
  asOf: string | null;
}

/** `GET /api/v1/status/changes?limit=`: the latest status changes of all targets, newest first. */
export interface StatusChangeView {
  id: string;
  targetId: string;
  ip: string;
  name: string | null;
  from: Status;
  to: Status;
  reason: StatusReason;
  at: string;
}
