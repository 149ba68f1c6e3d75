/** What every module may know of its app and its installation. */
export abstract class Installation {
  /** The app's name: `worker`. */
  abstract readonly app: string;
  /** Of Kafka topics and groups, and of keys and channels in Redis. */
  abstract readonly topicPrefix: string;
  /** Fixed at install: a target's shard is its key modulo this. */
  abstract readonly shardCount: number;
  abstract readonly redisUrl: string;
}
