export const PROBING_API_OPTIONS = Symbol('probing api options');

export interface ProbingApiOptions {
  redisUrl: string;
  /** Prefix of Redis channels and keys; the topics' own. */
  prefix: string;
  /** Fixed at install: a target's shard is its key modulo this. */
  shardCount: number;
}
