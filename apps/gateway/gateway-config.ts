import { TRACE_SETTINGS, type TraceSettings } from '@icmp-mon/agents/contract';
import { integer, list, optional, path, text, url } from '@icmp-mon/platform/config';
import { KAFKA_SASL_FIELDS } from '@icmp-mon/platform/messaging';

const PORT = { min: 0, max: 65_535 };

/** Settings of the gateway. */
export const GATEWAY_FIELDS = {
  controlDatabaseUrl: url('ICMPMON_CONTROL_DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
  kafkaBrokers: list('ICMPMON_KAFKA_BROKERS'),
  ...KAFKA_SASL_FIELDS,
  topicPrefix: text('ICMPMON_TOPIC_PREFIX', { default: 'icmpmon' }),
  shardCount: integer('ICMPMON_SHARD_COUNT', { default: 8, min: 1, max: 64 }),
  listenHost: text('ICMPMON_GATEWAY_HOST', { default: '127.0.0.1' }),
  agentPort: integer('ICMPMON_AGENT_PORT', { default: 8443, ...PORT }),
  enrolPort: integer('ICMPMON_ENROL_PORT', { default: 8444, ...PORT }),
  publicGatewayUrl: url('ICMPMON_PUBLIC_GATEWAY_URL', { protocols: ['https:'] }),
  publicEnrolUrl: url('ICMPMON_PUBLIC_ENROL_URL', { protocols: ['https:'] }),
  caDir: path('ICMPMON_CA_DIR'),
  kitDir: optional(path('ICMPMON_GATEWAY_KIT_DIR')),
  opsPort: integer('ICMPMON_OPS_PORT', { default: 0, ...PORT }),
  inFlightBytesMax: integer('ICMPMON_GATEWAY_IN_FLIGHT_BYTES_MAX', { default: 64 * 1024 * 1024, min: 8 * 1024 * 1024 }),
  agentBytesPerSMax: integer('ICMPMON_GATEWAY_AGENT_BYTES_PER_S_MAX', { default: 8 * 1024 * 1024, min: 64 * 1024 }),
  agentRequestsPerSMax: integer('ICMPMON_GATEWAY_AGENT_REQUESTS_PER_S_MAX', { default: 50, min: 1 }),
  agentResultsPerSMin: integer('ICMPMON_GATEWAY_AGENT_RESULTS_PER_S_MIN', { default: 5_000, min: 500 }),
  traceIntervalH: integer('ICMPMON_TRACE_INTERVAL_H', { default: 24, min: 1, max: 720 }),
  tracePacketsPercent: integer('ICMPMON_TRACE_PACKETS_PERCENT', { default: 1, max: 10 }),
  connectionsPerAddressMax: integer('ICMPMON_GATEWAY_CONNECTIONS_PER_ADDRESS_MAX', { default: 1_024, min: 8 }),
  enrolConnectionsPerAddressMax: integer('ICMPMON_GATEWAY_ENROL_CONNECTIONS_PER_ADDRESS_MAX', { default: 128, min: 2 }),
};

export interface GatewayConfig {
  readonly controlDatabaseUrl: string;
  readonly kafkaBrokers: string[];
  readonly topicPrefix: string;
  readonly shardCount: number;
  readonly listenHost: string;
  readonly agentPort: number;
  readonly enrolPort: number;
  readonly publicGatewayUrl: string;
  readonly publicEnrolUrl: string;
  readonly caDir: string;
  /** Folder of the agent kit; without it the gateway serves none. */
  readonly kitDir?: string | undefined;
  readonly opsPort: number;
  /** Limit of upload bodies held in memory until Kafka has acknowledged them, over all agents. */
  readonly inFlightBytesMax: number;
  readonly agentBytesPerSMax: number;
  readonly agentRequestsPerSMax: number;
  /** Results that each agent may send per second, regardless of its assignments. */
  readonly agentResultsPerSMin: number;
  /** Time between two traces of a target by each of its agents. */
  readonly traceIntervalH: number;
  /** Largest share of automatic traces in the packets of an agent; 0: none. */
  readonly tracePacketsPercent: number;
  /** Connections per address to the agents' listener: 100 agents behind one address use 600. */
  readonly connectionsPerAddressMax: number;
  readonly enrolConnectionsPerAddressMax: number;
}

/** Returns the settings of automatic traces for agents. */
export function traceSettingsOf({ traceIntervalH, tracePacketsPercent }: GatewayConfig): TraceSettings {
  const isOn = tracePacketsPercent > 0;
  // A share of 0 is not valid: an agent then keeps to what it had.
  const share = isOn ? tracePacketsPercent / 100 : TRACE_SETTINGS.share;
  return { isOn, intervalMs: traceIntervalH * 3_600_000, share };
}
