export * from './cloud-event';
export { GroupConsumer, type GroupConsumerOptions } from './group-consumer';
export type { MessagingOptions } from './kafka-client';
export type { LogReader, LogReaderOptions, LogRecord } from './log-reader';
export type { OutgoingMessage, ReceivedMessage } from './message';
export * from './messaging-errors';
export { Messaging } from './messaging';
export { MessagingModule } from './messaging.module';
export { declaredTopics, SHARD_TOPIC, type TopicDefinition } from './topics';
