/** Properties of the app and of the installation that every module may use. */
export abstract class Installation {
  /** Name of the app, such as `worker`. */
  abstract readonly app: string;
  /** Prefix of Kafka topics and groups, and of keys and channels in Redis. */
  abstract readonly topicPrefix: string;
  /** Cannot change after installation: a target's shard is its key modulo this. */
  abstract readonly shardCount: number;
  abstract readonly redisUrl: string;
}
