/** Hours of one target and check: start in ms since 1970, and body of the row, in no particular order. */
export interface TargetHours {
  targetKey: number;
  check: number;
  hours: { hourMs: number; body: Uint8Array }[];
}

/** Hours of a shard, both included; only of these targets if given. */
export interface HoursOfShard {
  shard: number;
  fromMs: number;
  toMs: number;
  targetKeys?: readonly number[];
}

/** Pair hours, for work of other contexts in the worker. */
export abstract class PairHours {
  /** Returns the start of the latest hour that is made, by shard, in ms since 1970; shards without hours are missing. */
  abstract latestByShard(): Promise<ReadonlyMap<number, number>>;
  /** Returns the numbers by which bodies name agents, with their ids. */
  abstract agentIds(): Promise<ReadonlyMap<number, string>>;
  /** Passes all targets of a shard to `visit`, some at a time, each (target, check) once. */
  abstract visitTargets(asked: HoursOfShard, visit: (targets: TargetHours[]) => Promise<void>): Promise<void>;
}
