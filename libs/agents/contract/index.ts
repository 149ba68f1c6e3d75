export * from './agent-events';
export * from './agent';
