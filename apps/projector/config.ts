import { integer, list, readConfig, text, url } from '@icmp-mon/platform/config';
import { KAFKA_SASL_FIELDS } from '@icmp-mon/platform/messaging';

/** Settings without the login to Kafka, which every Kafka client reads itself (`readKafkaSasl`). */
export type ProjectorConfig = Omit<ReturnType<typeof readProjectorConfig>, keyof typeof KAFKA_SASL_FIELDS>;

/** Reads the projector's settings. Throws `ConfigError` with every wrong setting. */
export function readProjectorConfig() {
  return readConfig({
    controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    telemetryDatabaseUrl: url('ICMPMON_TELEMETRY_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
    ...KAFKA_SASL_FIELDS,
    redisUrl: url('ICMPMON_REDIS_URL', { protocols: ['redis:', 'rediss:'] }),
    topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
    shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
    opsPort: integer('ICMPMON_OPS_PORT', { default: 9103, max: 65_535 }),
  });
}
