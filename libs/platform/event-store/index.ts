export {
  type Aggregate,
  aggregateIdOf,
  categoryOf,
  type DomainEvent,
  type EventMetadata,
  type ProjectedEvent,
  type RecordedEvent,
  streamOf,
} from './aggregate';
export { keepAnswer, withAnswerKeeper } from './answer-keeper';
export { APPEND_ATTEMPTS_MAX, EventStore } from './event-store';
export { EventStoreModule } from './event-store.module';
export { fence } from './fence';
export { readEvents, readProjected } from './read-events';
export { Relay, type RelayOptions } from './relay';
export { relayStatus } from './relay-status';
export { VersionConflict } from './version-conflict';
