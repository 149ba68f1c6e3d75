import type { CommandOrder, FailureReason, HopNames, ProbeAttempt } from '@icmp-mon/commands/contract';
import type { Trace, TraceEnd } from '@icmp-mon/paths/contract';
import type { Executors } from '../executors/executor';
import type { LocalPolicy } from '../policy/local-policy';
import type { TraceRunner } from '../trace/trace-runner';
import { probeTarget } from './probe-target';
import { tracePath } from './trace-path';
import type { Trail } from './trail';

/** How an order ended. Nothing may be sent to its address for `restMs` afterwards. */
export type RunEnd = { restMs?: number; trace?: Trace; names?: HopNames } & (
  | { state: 'completed'; attempts: ProbeAttempt[] }
  | { state: 'failed'; reason: FailureReason; detail: string; attempts: ProbeAttempt[] }
);

/** Packet rates that commands share with the schedule. */
export interface CommandRates {
  /** Returns the packets per second that the schedule sends to an address. */
  scheduledPerSecond(ip: string): number;
  /** Takes part of the packets per second that the policy file allows; false if the schedule needs them now. */
  takeRate(perSecond: number, forMs: number): boolean;
}

/** Traces of this agent, which commands share with its own. */
export interface CommandTraces extends Pick<TraceRunner, 'traceTarget'> {
  /** Returns the host names of addresses that are known now. */
  namesOf(addresses: readonly string[]): HopNames;
  /** Keeps a trace that ended, to be stored with the traces that the agent makes by itself. */
  keepTrace(commandId: string, end: TraceEnd): Promise<unknown>;
}

/** An order with what its runner may use. The policy file has been asked before. */
export interface Run {
  order: CommandOrder;
  policy: LocalPolicy;
  executors: Executors;
  rates: CommandRates;
  traces: CommandTraces;
  trail: Trail;
  /** Reports a trace that runs. */
  onTrace(trace: Trace, names: HopNames): void;
  /** Aborted when the order expires or is cancelled. */
  signal: AbortSignal;
}

/** Runs an order of one kind. Rejects only because of a defect. */
export type Runner = (run: Run) => Promise<RunEnd>;

/** Runners by kind of command. A kind without one is refused as not supported. */
export const RUNNERS: Readonly<Partial<Record<string, Runner>>> = {
  icmp_ping: probeTarget,
  tcp_connect: probeTarget,
  http: probeTarget,
  dns: probeTarget,
  mtr: tracePath,
};
