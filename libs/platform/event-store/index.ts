export * from './aggregate';
export * from './event-store';
export * from './event-store.module';
export * from './read-events';
export * from './version-conflict';
