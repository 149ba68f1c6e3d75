export * from './status';
export * from './status-events';
