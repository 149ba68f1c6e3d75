import type { ExecutorHealth } from '@icmp-mon/agents/contract';
import type { CheckType } from '@icmp-mon/probing/contract';

/** Targets to probe once, in this order and with this pace. */
export interface ProbeSlice {
  /** Canonical IPv4 or IPv6 literals; an address may stand here more than once. */
  ips: readonly string[];
  timeoutMs: number;
  /** Time between two packets. */
  spacingMs: number;
}

/**
 * Takes the result of the slice's target number `index`: `sentAtMs` is the wall clock, `outcome` a code of
 * probing/contract, `rttUs` 0 unless the outcome is a reply. Called at most once per target; a target for which it is
 * never called has no data.
 */
export type OnResult = (index: number, sentAtMs: number, outcome: number, rttUs: number) => void;

/**
 * How a slice ended. Not ok: the executor broke or heard nothing, and targets without a result have no data.
 */
export type SliceEnd = SliceEndNotes & ({ ok: true } | { ok: false; state: ExecutorHealth['state']; detail: string });

export interface SliceEndNotes {
  /** The longest time in which the executor did not run though it should have. */
  pausedMs: number;
  /** What the operator should know though it works. */
  remark?: string | undefined;
}

/** What an executor counts since its start, of what nobody else sees. */
export interface ExecutorCounters {
  /** Lines of output that were cut, foreign or doubled and therefore dropped. */
  droppedLines: number;
  /** Replies that came from another address than the one that was asked. */
  foreignReplies: number;
}

/** One protocol: probes slices, several at a time, and says how it fares. */
export interface Executor {
  /** Never rejects: what goes wrong with the executor is told by the end. */
  run(slice: ProbeSlice, onResult: OnResult, signal: AbortSignal): Promise<SliceEnd>;
  health(): ExecutorHealth;
  /**
   * Finds out whether trouble is over, or whether it would work, without a target: one that cannot probe may have lost all of
   * them. Null while there is nothing to find out.
   */
  check(signal: AbortSignal): Promise<SliceEnd | null>;
  readonly counters: Readonly<ExecutorCounters>;
  /** Packets of its own that it sends before those of the slice, to addresses of this machine. */
  ownPackets(ips: readonly string[]): number;
  /** The targets that there are: trouble that only others had is over. */
  expect(ips: readonly string[]): void;
  /** The most slices that may run at the same time. */
  readonly parallelMax: number;
  close(): void;
}

export type Executors = Record<CheckType, Executor>;
