import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';

const registers = [metrics];
const groupLabels = ['group', 'topic', 'partition'] as const;

export const consumerLag = new Gauge({
  name: 'icmpmon_consumer_lag_messages',
  help: 'Consumer lag: messages of a partition that the group has not handled yet, as of its last fetch.',
  labelNames: groupLabels,
  registers,
});

export const consumedMessages = new Counter({
  name: 'icmpmon_consumed_messages_total',
  help: 'Messages whose effect and offset were committed.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const repeatedMessages = new Counter({
  name: 'icmpmon_repeated_messages_total',
  help: 'Messages that the relay published again and the group dropped as already handled.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const deadLetters = new Counter({
  name: 'icmpmon_dead_letters_total',
  help: 'Messages that a group could not handle and sent to the dead letter topic.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const skippedOffsets = new Counter({
  name: 'icmpmon_skipped_offsets_total',
  help: 'Offsets that the group skipped because retention had deleted them.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const sendFailures = new Counter({
  name: 'icmpmon_send_failures_total',
  help: 'Sends to Kafka that were not acknowledged in time.',
  labelNames: ['topic'] as const,
  registers,
});
