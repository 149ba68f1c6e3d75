import type { CheckType } from '@icmp-mon/probing/contract';
import type { TargetEntry } from '@icmp-mon/shard/engine';
import type { CheckAnswer, CheckReason, CheckStatus } from '@icmp-mon/status/contract';
import { newSpan, type OpenSpan } from './open-span';

/** One agent's probes of one check that expects `unreachable`. Times are sample times in ms since 1970, ages those of the shard. */
export interface ValidatedPair {
  readonly agentId: string;
  readonly check: ValidatedCheck;
  assignedAgeMs: number;
  lastSampleMs: number;
  /** Latest failed probe, and its age. */
  failedMs: number;
  failedAgeMs: number;
  /** Latest answered control probe of the same agent. */
  controlMs: number;
  /** Latest failed probe that a control probe proves. */
  provenMs: number;
  /** Proofs since the last answer that any agent got, up to `CLEARING_PROOFS`. */
  proofsInRow: number;
  notSentAgeMs: number;
  /** Whether the agent got an answer in the present violation. */
  reached: boolean;
}

/** State of one check that expects `unreachable`, of one target. */
export interface ValidatedCheck {
  readonly check: number;
  type: CheckType;
  port: number | null;
  /** Interval of the tier, as of its latest policy. */
  intervalMs: number;
  /** Number of the change with which its evidence log began. */
  chain: number;
  /** Number of its last change. */
  changeSeq: number;
  status: CheckStatus;
  reason: CheckReason;
  sinceMs: number;
  lastProofMs: number;
  lastProofAgeMs: number;
  lastAnswer: CheckAnswer | null;
  /** End of the last violation: answers to earlier probes that arrive late belong to it. */
  clearedMs: number;
  /** Number of sealed entries of the evidence log, and the hash of the last one. */
  entries: number;
  hash: string;
  span: OpenSpan;
  /** In the order of the target's agents. */
  pairs: ValidatedPair[];
}

export interface ValidatedTarget {
  target: TargetEntry;
  /** Tier at the last fact: check numbers have a meaning within one tier only. */
  tier: string;
  /** In ascending order of their numbers. */
  checks: ValidatedCheck[];
  byAgent: Map<string, ValidatedPair[]>;
  /** Whether the tier has a check that expects `reachable`: only its answers are control probes then. */
  hasControl: boolean;
}

/** State of a check that begins, or continues from its stored row. */
export interface CheckStart {
  chain: number;
  changeSeq: number;
  status: CheckStatus;
  reason: CheckReason;
  sinceMs: number;
  entries: number;
  hash: string;
  lastProofMs: number;
  lastAnswer: CheckAnswer | null;
  /** Begin of the entry that is not sealed yet. */
  fromMs: number;
}

export function newCheck(
  check: number,
  type: CheckType,
  port: number | null,
  { fromMs, ...start }: CheckStart,
): ValidatedCheck {
  return {
    ...{ check, type, port, intervalMs: 0, ...start, lastProofAgeMs: -Infinity, clearedMs: -Infinity },
    ...{ span: newSpan(fromMs), pairs: [] },
  };
}

export function newPair(agentId: string, check: ValidatedCheck, ageMs: number): ValidatedPair {
  return { agentId, check, ...unproven(ageMs), lastSampleMs: 0, reached: false };
}

/** Drops everything that earlier results prove, except that the agent got an answer. */
export function forgetProofs(check: ValidatedCheck, ageMs: number): void {
  check.lastProofAgeMs = -Infinity;
  for (const pair of check.pairs) Object.assign(pair, unproven(ageMs));
}

function unproven(ageMs: number): Omit<ValidatedPair, 'agentId' | 'check' | 'lastSampleMs' | 'reached'> {
  const never = -Infinity;
  return {
    ...{ assignedAgeMs: ageMs, failedMs: never, failedAgeMs: never, controlMs: never, provenMs: never },
    ...{ proofsInRow: 0, notSentAgeMs: never },
  };
}
