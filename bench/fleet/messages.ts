import type { LaneCounts } from '@icmp-mon/probing/agent/testing';

export const AGENTS_PER_TOKEN = 10;

export interface EnrolFleet {
  enrolUrl: string;
  /** One token per ten agents. */
  tokens: string[];
  caPem: string;
  agents: number;
  /** Agents are named `<prefix>-<number>`; an existing name joins again as the same agent. */
  prefix: string;
}

/** Source of the targets: the keys 1 to `targets`, or the gateway's assignments of each agent. */
export type TargetSource = { keys: number[]; intervalMs: number; check: number } | { expectedPerAgent: number };

export interface PrepareBlocks {
  /** Whole seconds since 1970, in ms. */
  startMs: number;
  seconds: number;
  /** Most blocks per upload; 1,024 unless set, as for an agent with backlog. */
  blocksPerUpload?: number;
  /** Repeats the last state of each target: no random losses. */
  quiet?: boolean;
}

export interface FleetCounts extends LaneCounts {
  generated: number;
  queued: number;
  /** Seconds that were not generated because an agent's queue was full. */
  skippedSeconds: number;
}

export interface TallyJson {
  count: number;
  sumA: number;
  sumB: number;
}

/** Calls of the parent to the fleet's process: argument and result. */
export interface FleetCalls {
  enrol: [EnrolFleet, string[]];
  targets: [TargetSource, number];
  /** Sends all further uploads to another server with a certificate of the same CA. */
  redirect: [{ gatewayUrl: string }, object];
  /** Begins to follow the assignments by long polls, to report, and to send results of what is assigned. */
  follow: [object, object];
  /** Returns the number of pairs of agent and target that the agents know. */
  held: [object, number];
  /** All agents read all their assignments at the same moment. */
  readAll: [object, { pairs: number; tookMs: number }];
  /** Generates blocks of past seconds and queues them. */
  prepare: [PrepareBlocks, TallyJson];
  /** Ships everything in the queue as fast as it is accepted. */
  ship: [object, { tookMs: number; results: number }];
  /** Starts live sending: each agent sends every second the results of the last one. */
  live: [{ quiet?: boolean }, { fromMs: number }];
  /** Stops live sending and ships the queue; the tally covers all live results. */
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
