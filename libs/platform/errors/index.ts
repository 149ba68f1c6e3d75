export * from './domain-error';
export * from './dependency-unavailable';
export * from './redis-errors';
