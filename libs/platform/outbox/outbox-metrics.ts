import { metrics } from '@icmp-mon/platform/ops';
import { Counter } from 'prom-client';

export const outboxFailures = new Counter({
  name: 'icmpmon_outbox_failures_total',
  help: 'Attempts to publish that failed and are repeated: sends, and reads and marks of what waits.',
  labelNames: ['outbox'],
  registers: [metrics],
});
