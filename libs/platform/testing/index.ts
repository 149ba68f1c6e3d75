export * from './eventually';
export * from './test-database';
export * from './test-services';
export * from './test-topic-prefix';
