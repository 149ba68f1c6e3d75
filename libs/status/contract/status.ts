import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';

/** Statuses, worst first: the order in which an operator reads them. */
export const STATUSES = ['down', 'degraded', 'unknown', 'up'] as const;
export type Status = (typeof STATUSES)[number];

/** Judgement from one agent's recent results of one target. */
export type Verdict = Status;

/**
 * Reason for a status.
 * - `never_answered`: no agent ever got a reply, so no outage is known
 * - `no_agents`: no agent is selected for the target
 * - `paused`: the target is paused, so that no agent probes it
 * - `only_validated`: every check of the tier expects `unreachable`, so that nothing is known of up or down
 * - `warming`: the selected agents have no verdict yet
 * - `too_few_voters`: fewer fresh verdicts than the quorum needs
 * - `no_fresh_data`: no selected agent sent recent results
 * - `agent_refuses`: the policy file of every eligible agent refuses the address
 * - `agent_unable`: the selected agent reports that it cannot probe
 * - `agent_set_aside`: the selected agent is the odd one out, so that its misses are not believed
 * - `agent_lost`: the selected agent sends no reports to the control plane
 * - `not_sent`: the agents' own kernels refused to send the probes
 * - `quorum_up`, `quorum_down`: the quorum agrees
 * - `lossy`, `slow`: the quorum agrees that it answers, but loses more, or answers later, than is normal
 * - `partition`: it answers, but not to agents whose path is cut
 * - `no_quorum`: fresh verdicts disagree and neither side reaches the quorum
 */
export const STATUS_REASONS = [
  'never_answered',
  'no_agents',
  'paused',
  'only_validated',
  'warming',
  'too_few_voters',
  'no_fresh_data',
  'agent_refuses',
  'agent_unable',
  'agent_set_aside',
  'agent_lost',
  'not_sent',
  'quorum_up',
  'quorum_down',
  'no_quorum',
  'lossy',
  'slow',
  'partition',
] as const;
export type StatusReason = (typeof STATUS_REASONS)[number];

/**
 * Reasons as the API shows them. `not_judged` has no event: it is computed on read, while the target's shard has not been judged for three
 * intervals of the target's tier.
 */
export const SHOWN_REASONS = [...STATUS_REASONS, 'not_judged'] as const;
export type ShownReason = (typeof SHOWN_REASONS)[number];

/** Votes of the selected agents, or of their groups where the tier asks for independent voters. Fresh votes are up + degraded + down. */
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
  /** Null while the agent has no verdict. */
  since: string | null;
  /** Details if the agent itself is the reason for a missing verdict: since when it sends no reports, or why it cannot probe. */
  detail?: string | null;
}

/** Response of `GET /api/v1/targets/{id}/status`. */
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
  /** Agents that would be selected if their policy file did not refuse the address. */
  refusedBy?: { agentId: string; agentName: string }[];
  /** The open occurrence of maintenance that the target is in and that ends last; null if it is in none. */
  maintenance: TargetMaintenance | null;
  /** Time up to which the target's shard has judged, ISO 8601; null while it has judged nothing. */
  asOf: string | null;
}

/** Statuses as they were known then, or as corrected by results that arrived late. */
export const STATUS_VIEWS = ['known', 'corrected'] as const;
export type StatusView = (typeof STATUS_VIEWS)[number];

/** A time of which late results show another status than was known then. A later revision counts where several have a time. */
export interface StatusCorrection {
  /** ISO 8601. */
  from: string;
  /** Exclusive. */
  to: string;
  status: Status;
  reason: StatusReason;
  /** From 1 per target: each further correction is another revision. */
  revision: number;
  /** `late_results`: results arrived too late to be judged. */
  cause: 'late_results';
  /** Ids of the agents whose results were late. */
  agentIds: string[];
  madeAt: string;
}

/** A time in which a target had one status for one reason. */
export interface StatusInterval {
  /** Its start, which may be before the range that was asked for. */
  from: string;
  /** Null if it had not ended at the end of the range. */
  to: string | null;
  status: Status;
  reason: StatusReason;
}

/** Response of `GET /api/v1/targets/{id}/status/history?from=&to=`. */
export interface StatusHistoryView {
  /** Oldest first, without gaps from the first judgement of the target on. */
  items: StatusInterval[];
  /** Which of the two `items` are. */
  view: StatusView;
  /** Corrections that touch the range, by revision and time. */
  corrections: StatusCorrection[];
  /** Whether only the newest intervals or corrections are listed, because there are too many. */
  truncated: boolean;
  /** Time up to which the target's shard has judged, ISO 8601; null while it has judged nothing. */
  asOf: string | null;
}

/** Item of `GET /api/v1/status/changes?limit=`: the latest status changes of all targets, newest first. */
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
