import { isAgentVersion } from '@icmp-mon/agents/contract';
import { heartbeatUrl, watchedDisks } from '@icmp-mon/operations/server/worker';
import { integer, list, optional, path, readConfig, secret, text, url } from '@icmp-mon/platform/config';
import { thresholds } from '@icmp-mon/platform/health';
import { KAFKA_SASL_FIELDS } from '@icmp-mon/platform/messaging';
import { allowedAddresses } from '@icmp-mon/targets/server/worker';

/** Settings without the login to Kafka, which every Kafka client reads itself (`readKafkaSasl`). */
export type WorkerConfig = Omit<ReturnType<typeof readWorkerConfig>, keyof typeof KAFKA_SASL_FIELDS>;

/** Longest retention, practically unlimited, and still within PostgreSQL's range of timestamps. */
const KEPT_DAYS_MAX = 36_500;
/** Retention in days that keeps the same month of last year. */
const THIRTEEN_MONTHS_DAYS = 396;

const keptDays = (variable: string, days: number) => integer(variable, { default: days, min: 1, max: KEPT_DAYS_MAX });

/** Setting that is a version of agents, such as `0.2.0`. */
function agentVersion(variable: string): ReturnType<typeof text> {
  const field = text(variable);
  return {
    ...field,
    expected: 'must be a version such as 0.2.0',
    parseText: (raw) => (isAgentVersion(raw) ? raw : null),
  };
}

/** Reads the worker's settings. Throws `ConfigError` with every wrong setting. */
export function readWorkerConfig() {
  return readConfig({
    controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    telemetryDatabaseUrl: url('ICMPMON_TELEMETRY_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
    kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
    ...KAFKA_SASL_FIELDS,
    redisUrl: url('ICMPMON_REDIS_URL', { protocols: ['redis:', 'rediss:'] }),
    topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
    shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
    resultsKeptDays: keptDays('ICMPMON_RETENTION_RESULTS_DAYS', 30),
    hourlyKeptDays: keptDays('ICMPMON_RETENTION_HOURLY_DAYS', THIRTEEN_MONTHS_DAYS),
    statusChangesKeptDays: keptDays('ICMPMON_RETENTION_STATUS_CHANGES_DAYS', THIRTEEN_MONTHS_DAYS),
    agentMetricsKeptDays: keptDays('ICMPMON_RETENTION_AGENT_METRICS_DAYS', 30),
    holdDownMaxS: integer('ICMPMON_HOLD_DOWN_MAX_S', { default: 300, min: 30, max: 86_400 }),
    agentVersionMin: optional(agentVersion('ICMPMON_AGENT_VERSION_MIN')),
    credentialsKey: optional(secret('ICMPMON_CREDENTIALS_KEY')),
    sourcesDir: optional(path('ICMPMON_SOURCES_DIR', { mustExist: true })),
    sourcesAllowed: allowedAddresses('ICMPMON_SOURCES_ALLOWED_ADDRESSES'),
    opsPort: integer('ICMPMON_OPS_PORT', { default: 9104, max: 65_535 }),
    healthThresholds: thresholds('ICMPMON_HEALTH_THRESHOLDS'),
    disks: watchedDisks('ICMPMON_DISKS'),
    heartbeatUrl: optional(heartbeatUrl('ICMPMON_HEARTBEAT_URL')),
    heartbeatIntervalS: integer('ICMPMON_HEARTBEAT_INTERVAL_S', { default: 60, min: 5, max: 3_600 }),
  });
}
