import type { CommandOrder, FailureReason, ProbeAttempt } from '@icmp-mon/commands/contract';
import type { Executors } from '../executors/executor';
import type { LocalPolicy } from '../policy/local-policy';
import { probeTarget } from './probe-target';
import type { Trail } from './trail';

/** How an order ended. Nothing may be sent to its address for `restMs` afterwards. */
export type RunEnd = { restMs?: number } & (
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

/** An order with what its runner may use. The policy file has been asked before. */
export interface Run {
  order: CommandOrder;
  policy: LocalPolicy;
  executors: Executors;
  rates: CommandRates;
  trail: Trail;
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
};
