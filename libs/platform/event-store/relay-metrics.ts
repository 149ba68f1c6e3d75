import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';

export const relayLagEvents = new Gauge({
  name: 'icmpmon_relay_lag_events',
  help: 'Positions of the event store that this relay, when active, has yet to publish.',
  registers: [metrics],
});

export const relayLagSeconds = new Gauge({
  name: 'icmpmon_relay_lag_seconds',
  help: 'Age of the oldest event that this relay, when active, has yet to publish.',
  registers: [metrics],
});

export const relayPublished = new Counter({
  name: 'icmpmon_relay_published_total',
  help: 'Events published, repeats after a restart included.',
  labelNames: ['topic'],
  registers: [metrics],
});

export const relayActive = new Gauge({
  name: 'icmpmon_relay_active',
  help: '1 while this process holds the relay lock.',
  registers: [metrics],
});

export const relayFenceBusy = new Counter({
  name: 'icmpmon_relay_fence_busy_total',
  help: 'Times that an open append kept the relay from its fence.',
  registers: [metrics],
});
