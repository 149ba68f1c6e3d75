export * from './sql';
export * from './connect';
export * from './control-database';
export * from './telemetry-database';
export * from './database.module';
export * from './database-errors';
export * from './migrate';
