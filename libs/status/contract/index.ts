export * from './judged-targets';
export * from './standing-statuses';
export * from './status';
export * from './status-events';
export * from './agent-standings';
