import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';

const registers = [metrics];
const groupLabels = ['group', 'topic', 'partition'] as const;

export const consumerLag = new Gauge({
  name: 'icmpmon_consumer_lag_messages',
  help: 'Messages of a partition that the group has not handled yet, as of its last fetch.',
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
  help: 'Messages of the relay that had been handled before and were dropped.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const deadLetters = new Counter({
  name: 'icmpmon_dead_letters_total',
  help: 'Messages that a group could not handle and set aside.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const skippedOffsets = new Counter({
  name: 'icmpmon_skipped_offsets_total',
  help: 'Offsets that retention deleted before the group had read them.',
  labelNames: ['group', 'topic'] as const,
  registers,
});

export const sendFailures = new Counter({
  name: 'icmpmon_send_failures_total',
  help: 'Sends to Kafka that were not acknowledged in time.',
  labelNames: ['topic'] as const,
  registers,
});
