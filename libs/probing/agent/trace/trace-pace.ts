import type { TraceEnd } from '@icmp-mon/paths/contract';
import type { LocalPolicy } from '../policy/local-policy';
import { failed } from './trace-refusal';

/** Rounds of a trace are at most this far apart: below this rate, a trace would be no picture of one moment. */
const INTERVAL_S_MAX = 10;
/** Hops without an answer after which mtr ends a round. Fewer where the policy file allows the target few packets; 5 is the default of mtr. */
const UNKNOWN_HOPS = { max: 12, min: 5 };
/** mtr ends a round two probes later. */
const PROBES_TOO_MANY = 2;
/** Rates are sums of fractions, so a rest equal to a whole number may come out slightly lower. */
const ROUNDING = 1e-6;

/** How fast mtr traces. */
export interface TracePace {
  /** Time between two rounds, in s. */
  intervalS: number;
  /** Hops without an answer after which it ends a round. */
  unknownHops: number;
}

/** Packets per second that a trace may send. */
export interface TraceRates {
  /** To all addresses. */
  perSecond: number;
  /** That may reach its target. */
  perSecondToTarget: number;
}

/**
 * Returns the pace at which a trace stays within the rates; null if none does. Each round sends one packet with each hop limit up to `maxHops`.
 * Those beyond the distance of the target reach it: of a target that answers one, of a silent one as many as `probesToTarget` returns.
 */
export function tracePace(maxHops: number, { perSecond, perSecondToTarget }: TraceRates): TracePace | null {
  for (let intervalS = Math.max(1, Math.ceil(maxHops / perSecond)); intervalS <= INTERVAL_S_MAX; intervalS++) {
    const fitting = Math.floor(perSecondToTarget * intervalS + ROUNDING) - PROBES_TOO_MANY;
    const unknownHops = Math.min(UNKNOWN_HOPS.max, fitting);
    if (unknownHops >= UNKNOWN_HOPS.min) return { intervalS, unknownHops };
  }
  return null;
}

/** Returns the packets per second that may reach the target of a trace. */
export const perSecondToTarget = ({ intervalS, unknownHops }: TracePace): number =>
  (unknownHops + PROBES_TOO_MANY) / intervalS;

export interface PacedTrace {
  target: string;
  maxHops: number;
  rounds: number;
  /** The rounds may take this long, in ms. */
  withinMs: number;
  /** Packets per second that the schedule sends to the target. */
  scheduledPerSecond: number;
  /** The same of running traces. */
  tracedPerSecond: number;
}

/** Returns the pace of a trace within the policy file; why there is none otherwise. */
export function paceOf(policy: LocalPolicy, trace: PacedTrace): TracePace | (TraceEnd & { ok: false }) {
  const { packetsPerSecond: perSecond, packetsPerSecondPerAddress } = policy;
  const free = packetsPerSecondPerAddress - trace.scheduledPerSecond;
  const pace = tracePace(trace.maxHops, { perSecond, perSecondToTarget: free - trace.tracedPerSecond });
  if (pace === null && trace.tracedPerSecond > 0 && tracePace(trace.maxHops, { perSecond, perSecondToTarget: free })) {
    return failed('busy', `This agent traces ${trace.target} already. Try again in some seconds.`);
  }
  if (pace === null) return failed('command_refused', tooFewPackets(policy, trace.scheduledPerSecond));
  const roundsS = (trace.rounds - 1) * pace.intervalS + 1;
  if (roundsS * 1_000 <= trace.withinMs) return pace;
  return failed(
    'command_refused',
    `With the packets per second of the policy file, the trace needs ${roundsS} s, longer than it may take. Request fewer rounds or a later expiry.`,
  );
}

function tooFewPackets({ packetsPerSecond, packetsPerSecondPerAddress }: LocalPolicy, scheduled: number): string {
  const used = scheduled > 0 ? `, of which scheduled probes use ${Number(scheduled.toFixed(2))}` : '';
  return (
    `The policy file allows too few packets per second for a trace: ${packetsPerSecond}, ` +
    `to one address ${packetsPerSecondPerAddress}${used}.`
  );
}
