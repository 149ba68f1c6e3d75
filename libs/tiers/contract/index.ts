export * from './tier';
export * from './tier-events';
