export { AuditClient, type EventsAsked, exportAddress } from './audit.client';
export { AuditEntries } from './audit-entries';
export { EntityHistory } from './entity-history';
export { KindTextPipe } from './entry-pipes';
export { openHistory } from './history-dialog';
