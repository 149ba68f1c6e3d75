import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge, Histogram } from 'prom-client';

const registers = [metrics];

export const blocksAccepted = new Counter({
  name: 'icmpmon_gateway_blocks_accepted_total',
  help: 'Blocks that Kafka acknowledged.',
  labelNames: ['lane'],
  registers,
});
export const resultsAccepted = new Counter({
  name: 'icmpmon_gateway_results_accepted_total',
  help: 'Results in blocks that Kafka acknowledged.',
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
  help: 'Uploads that the agent was asked to send again later, by reason.',
  labelNames: ['reason'],
  registers,
});
export const requestsRefused = new Counter({
  name: 'icmpmon_gateway_requests_refused_total',
  help: 'Requests of agents that came more often than they may, by what they asked for.',
  labelNames: ['request'],
  registers,
});
export const connectionsOpen = new Gauge({
  name: 'icmpmon_gateway_connections_open',
  help: 'Connections to a listener, also those that have not finished their TLS handshake.',
  labelNames: ['listener'],
  registers,
});
export const connectionsRefused = new Counter({
  name: 'icmpmon_gateway_connections_refused_total',
  help:
    'Connections ended because a limit was reached: of the listener (all), of one address (address), of one agent (client), or without a ' +
    'TLS handshake while a newer one needed the room (silent).',
  labelNames: ['listener', 'reason'],
  registers,
});
export const olderBoots = new Counter({
  name: 'icmpmon_gateway_older_boots_total',
  help: 'Uploads of a boot older than one already seen: two processes may share one identity.',
  registers,
});
export const inFlightBytes = new Gauge({
  name: 'icmpmon_gateway_in_flight_bytes',
  help: 'Bodies of uploads held in memory.',
  registers,
});
export const acknowledgeSeconds = new Histogram({
  name: 'icmpmon_gateway_acknowledge_seconds',
  help: 'From a whole upload to the answer that it is durable.',
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers,
});
