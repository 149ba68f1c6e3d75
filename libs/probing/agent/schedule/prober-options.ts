import type { AgentLog } from '../agent-log';
import type { Executor, ProbeOutcome } from '../executors/executor';
import type { BurstBudget } from './burst-budget';
import type { PacketBudget } from './packet-budget';
import type { ScheduledTarget } from './schedule';

/** Returns whether the result is believed. */
export type OnProbed = (target: ScheduledTarget, ...result: ProbeOutcome) => boolean;

export interface ProberOptions {
  executor: Executor;
  onResult: OnProbed;
  log: AgentLog;
  /** The policy's packets per second, shared by the probers of all types. */
  budget: PacketBudget;
  /** Confirming bursts, shared by the probers of all types. */
  bursts: BurstBudget;
  /** Calls `judge` when the uplink was checked since an instant of the monotonic clock; immediately unless set. */
  whenAsked?: (sinceMs: number, judge: () => void) => void;
  /** Wall clock, read once, so that targets keep their phase across restarts. */
  nowMs?: () => number;
}

export interface ProberCounters {
  probes: number;
  /** Targets that became due again while they still waited. */
  skippedRounds: number;
  failedSlices: number;
}
