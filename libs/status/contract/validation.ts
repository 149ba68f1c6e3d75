import type { CheckType, OutcomeName } from '@icmp-mon/probing/contract';

/**
 * Statuses of checks that expect `unreachable`, worst first.
 * - `violated`: an agent got an answer
 * - `untested`: no agent has proven recently that it cannot get one
 * - `as_expected`: an agent has
 */
export const CHECK_STATUSES = ['violated', 'untested', 'as_expected'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

/**
 * Reason for the status of a check that expects `unreachable`.
 * - `answered`: an agent got an answer
 * - `closed`: a probe failed, and the control probe of the same agent was answered in that interval
 * - `warming`: no agent had the time to probe yet
 * - `no_control`: probes failed, but so did the control probes, which proves nothing about the port
 * - `not_sent`: the agents' kernels refused to send, or the executor failed
 * - `no_results`: no agent sent recent results
 * - `no_agents`: no agent is selected for the target
 * - `paused`: the target is paused
 */
export const CHECK_REASONS = [
  'answered',
  'closed',
  'warming',
  'no_control',
  'not_sent',
  'no_results',
  'no_agents',
  'paused',
] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];

/** Reasons as the API shows them: `not_judged` is computed on read, like that of a target's status. */
export const SHOWN_CHECK_REASONS = [...CHECK_REASONS, 'not_judged'] as const;
export type ShownCheckReason = (typeof SHOWN_CHECK_REASONS)[number];

/** An answer that an agent got although the check expects none. */
export interface CheckAnswer {
  agentId: string;
  agentName: string;
  /** When the probe was sent, ISO 8601. */
  at: string;
  outcome: OutcomeName;
  rttUs: number | null;
}

/** A check of a target's tier, as `GET /targets/{id}/checks` shows it. */
export interface TargetCheckView {
  check: number;
  type: CheckType;
  port: number | null;
  expect: 'reachable' | 'unreachable';
  /** Null for a check that expects `reachable`: the target's status contains it. */
  validation: CheckValidationView | null;
}

/** Status of a check that expects `unreachable`. */
export interface CheckValidationView {
  status: CheckStatus;
  reason: ShownCheckReason;
  /** ISO 8601; null before the first judgement. */
  since: string | null;
  /** When the latest proving probe was sent, ISO 8601; up to five minutes late. Null if there was none. */
  lastProofAt: string | null;
  /** The latest answer of the present or last violation. */
  lastAnswer: CheckAnswer | null;
}

/** Response of `GET /api/v1/targets/{id}/checks`. */
export interface TargetChecksView {
  items: TargetCheckView[];
  /** Time up to which the target's shard has judged, ISO 8601. */
  asOf: string | null;
}

/** One check of the list over all targets. */
export interface ValidationItem extends CheckValidationView {
  targetId: string;
  ip: string;
  vrf: string;
  name: string | null;
  tier: string;
  check: number;
  type: CheckType;
  port: number | null;
}

/** Response of `GET /api/v1/validation`: worst first, then by target and check. */
export interface ValidationPage {
  items: ValidationItem[];
  /** Numbers of all checks of the filter, by status. */
  counts: Record<CheckStatus, number>;
  /** Cursor of the next page; null on the last page. */
  next: string | null;
  /** Time up to which every shard has judged, ISO 8601. */
  asOf: string | null;
}
