export * from './aggregate';
export * from './event-store';
export * from './event-store.module';
export { fence } from './fence';
export * from './read-events';
export * from './relay';
export { type RelayStatus, relayStatus } from './relay-status';
export * from './version-conflict';
