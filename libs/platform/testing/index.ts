export { atOneInstant } from './at-one-instant';
export { eventually } from './eventually';
export { freePort } from './free-port';
export { passInstant } from './pass-instant';
export { testDatabase, type TestDatabase, type TestDatabases } from './test-database';
export { TestProxy } from './test-proxy';
export { testServices } from './test-services';
export { testTopicPrefix } from './test-topic-prefix';
export { RebindingNames } from './rebinding-names';
