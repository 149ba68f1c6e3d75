export { StatusParticipant } from './status-participant';
export { postgresStatusTables } from './postgres-status-tables';
export type { ChangeRow, PairChangeRow, StatusTables, StoredStatus, StoredStatuses, VerdictRow } from './status-tables';
export type { LatestChange } from './rebuild/latest-changes';
export { ValidationParticipant } from './validation/validation-participant';
export type { StoredChecks, ValidationRows, ValidationTables } from './validation/validation-tables';
export { republishChecks } from './rebuild/republish-checks';
export { republishStatuses } from './rebuild/republish-statuses';
export { projectStatuses } from './postgres-status-tables';
