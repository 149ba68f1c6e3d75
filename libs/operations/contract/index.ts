export * from './dead-letter';
export * from './health';
