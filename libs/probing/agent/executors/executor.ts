import type { ExecutorHealth, NotBelieved } from '@icmp-mon/agents/contract';
import type { CheckType, DetailCode, DisbeliefReason, ProbeFacts } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';

/** A target of an executor. */
export interface ProbedTarget {
  ip: string;
  definition: CheckDefinition;
}

/** Targets to probe once, in this order and at this rate. */
export interface ProbeSlice {
  /** Canonical IPv4 or IPv6 literals; an address may occur more than once. */
  ips: readonly string[];
  /** The check of each address, all of the executor's type, with its parameters. Those of pings have the same options. */
  checks: readonly CheckDefinition[];
  timeoutMs: number;
  /** Time between two probes, in ms. */
  spacingMs: number;
  /** Shortest time between two probes that the policy file allows, in ms; `spacingMs` unless set. */
  spacingMsMin?: number;
  /** Called for each target that has no result because its packets are no evidence. */
  onNoData?: OnNoData | undefined;
}

export type ProbeOutcome = [sentAtMs: number, outcome: number, rttUs: number, detail?: DetailCode, facts?: ProbeFacts];

/**
 * Receives the result of target number `index` of the slice. `sentAtMs` is the wall clock, `outcome` a code of probing/contract, `rttUs` 0
 * unless the outcome is a reply, `detail` facts of the type of check beyond that, `facts` others that only commands report. Called at most once per target; a target without a call has no data.
 */
export type OnResult = (index: number, ...result: ProbeOutcome) => void;

/** Receives why target number `index` of the slice has no data. Called at most once per target, and for none that has a result. */
export type OnNoData = (index: number, sentAtMs: number, reason: DisbeliefReason) => void;

/** How a slice ended. Not ok: the executor failed or received nothing, and targets without a result have no data. */
export type SliceEnd = SliceEndNotes & ({ ok: true } | { ok: false; state: ExecutorHealth['state']; detail: string });

export interface SliceEndNotes {
  /** Longest time that the executor did not run although it should have, in ms. */
  pausedMs: number;
  /** Note for the operator about a slice that succeeded. */
  remark?: string | undefined;
}

/** Counters of an executor since its start, of what appears in no result. */
export interface ExecutorCounters {
  /** Lines of output that were truncated, about other addresses, or duplicate, and were dropped. */
  droppedLines: number;
  /** Replies from an address other than the probed one. */
  foreignReplies: number;
  /** Measurements that were not believed, by reason, as far as the executor knows. */
  notBelieved: NotBelieved;
}

/** One protocol: probes slices, several at a time, and reports its own health. */
export interface Executor {
  readonly type: CheckType;
  /** Never rejects: a failure of the executor is part of the returned end. */
  runSlice(slice: ProbeSlice, onResult: OnResult, signal: AbortSignal): Promise<SliceEnd>;
  health(): ExecutorHealth;
  /**
   * Checks without a target whether a failure is over, or whether the executor would work: one that cannot probe may have lost all
   * targets. Returns null when there is nothing to check.
   */
  checkExecutor(signal: AbortSignal): Promise<SliceEnd | null>;
  readonly counters: Readonly<ExecutorCounters>;
  /** Number of additional probes sent before those of the slice, to addresses of this machine. */
  ownPackets(ips: readonly string[]): number;
  /** Sets the current targets. Ends a failure that affects only address families or source addresses without targets. */
  setTargets(targets: readonly ProbedTarget[]): void;
  /** Most slices that may run at the same time. */
  readonly parallelMax: number;
  close(): void;
}

/** The agent's executors by type of check. Every agent pings; a type without an executor is not probed. */
export type Executors = Record<'icmp_ping', Executor> & Partial<Record<CheckType, Executor>>;
