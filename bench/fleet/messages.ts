import type { LaneCounts } from '@icmp-mon/probing/agent/testing';

export const AGENTS_PER_TOKEN = 10;

export interface EnrolFleet {
  enrolUrl: string;
  /** One for each ten agents. */
  tokens: string[];
  caPem: string;
  agents: number;
  /** Agents are called `<prefix>-<number>`; a name that is known joins again as the same agent. */
  prefix: string;
}

/** Where the targets come from: the keys 1 to `targets`, or what the gateway assigns to each agent. */
export type TargetSource = { keys: number[]; intervalMs: number; check: number } | { expectedPerAgent: number };

export interface PrepareBlocks {
  /** Whole seconds since 1970, in ms. */
  startMs: number;
  seconds: number;
  /** Blocks in an upload at most; 1,024 unless said, as an agent that catches up. */
  blocksPerUpload?: number;
  /** Results that repeat the last state of each target: nothing is lost by chance. */
  quiet?: boolean;
}

export interface FleetCounts extends LaneCounts {
  generated: number;
  queued: number;
  /** Seconds that were not generated, because an agent's queue was full. */
  skippedSeconds: number;
}

export interface TallyJson {
  count: number;
  sumA: number;
  sumB: number;
}

/** What the parent asks of the fleet's process, and what it answers. */
export interface FleetCalls {
  enrol: [EnrolFleet, string[]];
  targets: [TargetSource, number];
  /** From now on to another server with a certificate of the same authority. */
  redirect: [{ gatewayUrl: string }, object];
  /** Makes blocks of past seconds and queues them. */
  prepare: [PrepareBlocks, TallyJson];
  /** Ships all that is queued as fast as it is taken. */
  ship: [object, { tookMs: number; results: number }];
  /** From now on each agent sends each second what was due in the last one. */
  live: [{ quiet?: boolean }, { fromMs: number }];
  /** Ends it; ships what is queued; the tally is of all that was generated live. */
  settle: [object, { tally: TallyJson; fromMs: number; toMs: number }];
  counts: [object, FleetCounts];
}

export type FleetCall = keyof FleetCalls;

export interface FleetRequest {
  id: number;
  call: FleetCall;
  argument: object;
}

export type FleetAnswer = { id: number; result: unknown } | { id: number; error: string };
