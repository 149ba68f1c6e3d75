export * from './do-each';
export * from './logger';
export * from './metrics';
export * from './ops-server';
export * from './product-version';
export * from './run-app';
