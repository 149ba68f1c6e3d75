export * from './agent-events';
export * from './agent';
export * from './agent-refusal';
