import { integer, list, readConfig, text, url } from '@icmp-mon/platform/config';

export type WorkerConfig = ReturnType<typeof readWorkerConfig>;

/** The worker's settings. Throws `ConfigError` with everything that is wrong. */
export function readWorkerConfig() {
  return readConfig({
    controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    telemetryDatabaseUrl: url('ICMPMON_TELEMETRY_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
    redisUrl: url('ICMPMON_REDIS_URL', { protocols: ['redis:', 'rediss:'] }),
    topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
    shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
    opsPort: integer('ICMPMON_OPS_PORT', { default: 9104, max: 65_535 }),
  });
}
