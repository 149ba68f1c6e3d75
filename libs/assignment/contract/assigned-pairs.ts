/** Selection of one target, as last decided. */
export interface TargetAgents {
  key: number;
  targetId: string;
  tier: string;
  /** Ids of the selected agents. */
  agentIds: string[];
}

/** Facts about a tier that work on pairs needs. */
export interface PairTier {
  /** Numbers of its checks that expect an answer. */
  checks: number[];
  hourOfWeek: boolean;
}

/** Selected agents of all targets, for work of other contexts in the worker. */
export abstract class AssignedPairs {
  /** Returns the targets of a shard that have agents; targets that are paused have none. */
  abstract ofShard(shard: number): Promise<TargetAgents[]>;
  /** Returns the regions of agents, by id. */
  abstract regions(): Promise<ReadonlyMap<string, string>>;
  abstract tiers(): Promise<ReadonlyMap<string, PairTier>>;
}
