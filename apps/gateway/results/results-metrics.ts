import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge, Histogram } from 'prom-client';

const registers = [metrics];

export const blocksAccepted = new Counter({
  name: 'icmpmon_gateway_blocks_accepted_total',
  help: 'Blocks acknowledged by Kafka.',
  labelNames: ['lane'],
  registers,
});
export const resultsAccepted = new Counter({
  name: 'icmpmon_gateway_results_accepted_total',
  help: 'Results in blocks acknowledged by Kafka.',
  labelNames: ['lane'],
  registers,
});
export const blocksRefused = new Counter({
  name: 'icmpmon_gateway_blocks_refused_total',
  help: 'Blocks that will never be accepted, by reason.',
  labelNames: ['reason'],
  registers,
});
export const uploadsDeferred = new Counter({
  name: 'icmpmon_gateway_uploads_deferred_total',
  help: 'Uploads that the agent must send again later, by reason.',
  labelNames: ['reason'],
  registers,
});
export const tracesAccepted = new Counter({
  name: 'icmpmon_gateway_traces_accepted_total',
  help: 'Traces acknowledged by Kafka.',
  registers,
});
export const tracesRefused = new Counter({
  name: 'icmpmon_gateway_traces_refused_total',
  help: 'Traces that will never be accepted, by reason.',
  labelNames: ['reason'],
  registers,
});
export const requestsRefused = new Counter({
  name: 'icmpmon_gateway_requests_refused_total',
  help: 'Requests of agents refused because of their rate, by kind of request.',
  labelNames: ['request'],
  registers,
});
export const connectionsOpen = new Gauge({
  name: 'icmpmon_gateway_connections_open',
  help: 'Connections to a listener, including those without a finished TLS handshake.',
  labelNames: ['listener'],
  registers,
});
export const connectionsRefused = new Counter({
  name: 'icmpmon_gateway_connections_refused_total',
  help:
    'Connections ended because a limit was reached: of the listener (all), of one address (address), of one agent (client), or without a ' +
    'finished TLS handshake while a newer connection needed the slot (silent).',
  labelNames: ['listener', 'reason'],
  registers,
});
export const olderBoots = new Counter({
  name: 'icmpmon_gateway_older_boots_total',
  help: 'Uploads of an outdated boot: two processes may share one identity.',
  registers,
});
export const inFlightBytes = new Gauge({
  name: 'icmpmon_gateway_in_flight_bytes',
  help: 'Bytes of upload bodies in memory.',
  registers,
});
export const acknowledgeSeconds = new Histogram({
  name: 'icmpmon_gateway_acknowledge_seconds',
  help: 'Time from a complete upload to the response that it is durable.',
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers,
});
