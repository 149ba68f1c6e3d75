import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';

export const relayLagEvents = new Gauge({
  name: 'icmpmon_relay_lag_events',
  help: 'Event-store positions that the active relay has not published yet; 0 on a standby.',
  registers: [metrics],
});

export const relayLagSeconds = new Gauge({
  name: 'icmpmon_relay_lag_seconds',
  help: 'Age of the oldest event that the active relay has not published yet.',
  registers: [metrics],
});

export const relayPublished = new Counter({
  name: 'icmpmon_relay_published_total',
  help: 'Events published, including repeats after a restart.',
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
  help: 'Attempts to set the fence that timed out because an append was open.',
  registers: [metrics],
});
