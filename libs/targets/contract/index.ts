export * from './target-events';
export * from './target';
export * from './target-directory';
export * from './search';
export * from './filter';
