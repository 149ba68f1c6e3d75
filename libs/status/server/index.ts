export { StatusParticipant } from './status-participant';
export { postgresStatusTables } from './postgres-status-tables';
export type { ChangeRow, StatusTables, StoredStatuses, VerdictRow } from './status-tables';
export {
  changeMarks,
  type ChangeMarks,
  highestTargetKey,
  standingAfter,
  standingOfKeys,
  type StandingChange,
} from './rebuild/standing-changes';
export { republishStatuses } from './rebuild/republish-statuses';
export { targetStatusModel } from './rebuild/target-status-model';
export { projectStatuses } from './postgres-status-tables';
