export { type DeadLetterQuery, ListDeadLetters } from './dead-letters/list-dead-letters';
export { ReplayDeadLetters } from './dead-letters/replay-dead-letters';
export { HealthReader } from './health/health-reader';
export type { HealthSources } from './health/health-reading';
export { DEFAULT_THRESHOLDS, thresholds, type Thresholds } from './health/thresholds';
export { type WatchedDisk, watchedDisks } from './health/watched-disks';
export { HealthWatch } from './heartbeat/health-watch';
export { observeHealthOf, OperationsApiModule, type OperationsApiOptions } from './operations-api.module';
export { ProcessReport } from './processes/process-report';
