export * from './sql';
export { BoundedClient } from './bounded-client';
export { REQUEST_TIMEOUTS } from './connection-settings';
export * from './connect';
export * from './control-database';
export * from './telemetry-database';
export * from './database.module';
export * from './database-errors';
export * from './migrate';
