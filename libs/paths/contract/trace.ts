/** Limits of a trace; mtr sends one probe for each hop in each round. */
export const TRACE_LIMITS = Object.freeze({ rounds: 20, hops: 30, rttUs: 60_000_000 });
export const TRACE_ROUNDS = 10;

/**
 * Result of one probe. A pair: answered by the address with this index in `addresses`, after this many us. `lost`: no answer. `waiting`: an answer may
 * still come, in a trace that runs. null: no data, because it was not sent or its line was damaged; it is no evidence of anything.
 */
export type TraceProbe = readonly [address: number, rttUs: number] | 'lost' | 'waiting' | null;

/** The path from one agent to one target, as measured in some rounds of probes with hop limits 1, 2, 3, … */
export interface Trace {
  /** Canonical IPv4 or IPv6 address. */
  target: string;
  startedAtMs: number;
  /** Distinct addresses that answered, canonical, in the order of their first answers. */
  addresses: readonly string[];
  /** One list per round; its probe number n has the hop limit n + 1. */
  rounds: readonly (readonly TraceProbe[])[];
}

/** Why an agent delivers no trace, or only a part of one. */
export type TraceFailure =
  | 'not_canonical'
  | 'denied'
  | 'not_allowed'
  | 'stopped'
  | 'command_refused'
  | 'busy'
  | 'missing'
  | 'unsupported_version'
  | 'not_permitted'
  | 'family_unavailable'
  | 'unreachable'
  | 'cancelled'
  | 'deadline'
  | 'failed';

/** How a trace ended; `detail` is a sentence for the operator. A failed one has what was measured until then, null before the first probe. */
export type TraceEnd =
  { ok: true; trace: Trace } | { ok: false; reason: TraceFailure; detail: string; trace: Trace | null };
