export * from './agent-orders';
export * from './attempt-summary';
export * from './command';
export * from './command-events';
