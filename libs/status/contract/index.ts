export * from './judged-targets';
export * from './current-statuses';
export * from './status';
export * from './status-events';
export * from './measured-targets';
