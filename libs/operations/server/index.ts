export { ListDeadLetters, ListDeadLettersHandler } from './dead-letters/list-dead-letters';
export { ReplayDeadLetters, ReplayDeadLettersHandler } from './dead-letters/replay-dead-letters';
export { HealthReader } from './health/health-reader';
export { watchedDisks } from './health/watched-disks';
export { observeHealth } from './health/health-metrics';
export { detailKindMaxOfAll, ProcessReport } from './processes/process-report';
