export * from './agent-orders';
export * from './attempt-summary';
export { factsText } from './attempt-text';
export * from './command';
export * from './command-events';
export * from './trace-summary';
