import { metrics } from '@icmp-mon/platform/ops';
import { Counter } from 'prom-client';

export const outboxFailures = new Counter({
  name: 'icmpmon_outbox_failures_total',
  help: 'Failed attempts to publish that are retried: sends, and reads and marks of rows.',
  labelNames: ['outbox'],
  registers: [metrics],
});
