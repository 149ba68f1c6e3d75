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
export { EventStore } from './event-store';
export { EventStoreModule } from './event-store.module';
export { type EventProjection, projectedPosition } from './event-projection';
export { EventFollower } from './event-follower';
export { fence, fencedHead, headOf, recentFencedHead } from './fence';
export { type ProjectionLag, projectionLags } from './projection-lag';
export { whenProjected } from './when-projected';
export { type EventWithPrevious, readNewest, readProjected } from './read-events';
export { executeMany, type ManyCommand, type ManyOutcome } from './execute-many';
export { readHistory } from './read-history';
export { type EarlierAsked, readEarlier, readPositions } from './read-positions';
export { destroyKeys, ERASED, sealPersonalData } from './personal-data';
export { Relay } from './relay';
export { relayStatus } from './relay-status';
export { lockStream, shareStreams } from './stream-locks';
export { VersionConflict } from './version-conflict';
