export { type OutboxOptions, OutboxPublisher } from './outbox-publisher';
export type { OutboxBatch, OutboxRows } from './outbox-rows';
