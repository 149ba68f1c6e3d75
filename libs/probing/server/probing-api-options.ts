export const PROBING_API_OPTIONS = Symbol('probing api options');

export interface ProbingApiOptions {
  redisUrl: string;
  /** Prefix of Redis channels and keys; equals the prefix of the topics. */
  prefix: string;
  /** Fixed at installation: the shard of a target is its key modulo this number. */
  shardCount: number;
}
