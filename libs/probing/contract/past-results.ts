import type { DetailCode } from './result-detail';

/** Stored results of one target as columns, by time; those of one time by agent. */
export interface PastResults {
  count: number;
  /** Ids of the agents; `agent` is an index in it. */
  agentIds: string[];
  agent: Uint16Array;
  check: Uint16Array;
  /** Send time, ms since 1970. */
  sampleMs: Float64Array;
  outcome: Uint8Array;
  rttUs: Uint32Array;
  /** By row; most results have none. */
  details: Map<number, DetailCode>;
}

/** Stored results, for judging them again. Other contexts inject it in the worker. */
export abstract class ResultHistory {
  /** Returns the results of a target that were sent from `fromMs` to `toMs` (exclusive), ms since 1970. */
  abstract resultsBetween(targetKey: number, fromMs: number, toMs: number): Promise<PastResults>;
}
