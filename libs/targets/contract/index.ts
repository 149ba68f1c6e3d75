export * from './target-events';
export * from './target';
export * from './target-directory';
export * from './bulk';
export * from './search';
export * from './filter';
export * from './inventory-history';
export * from './target-history';
