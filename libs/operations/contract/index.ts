export * from './dead-letter';
export * from './freshness';
export * from './health';
