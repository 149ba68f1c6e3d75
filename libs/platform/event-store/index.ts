export * from './aggregate';
export { keepAnswer, withAnswerKeeper } from './answer-keeper';
export * from './event-store';
export * from './event-store.module';
export { fence } from './fence';
export * from './read-events';
export * from './relay';
export { relayStatus } from './relay-status';
export * from './version-conflict';
