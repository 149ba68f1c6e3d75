export { NumberedOutbox } from './numbered-outbox';
export { OutboxPublisher } from './outbox-publisher';
export type { OutboxBatch, OutboxRows } from './outbox-rows';
