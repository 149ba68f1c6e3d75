export type { AmendOccurrenceRequest } from './amend-occurrence';
export { CALENDAR_STREAM, type CalendarEvent, type CalendarTokenView, type IssuedCalendarToken } from './calendar-feed';
export {
  MAINTENANCE_STREAM,
  MAINTENANCE_TOPIC,
  type MaintenanceEvent,
  type MaintenanceNoticeImported,
  type MaintenanceSilenced,
  type MovedOccurrence,
  OCCURRENCE_STREAM,
  type OccurrenceAmended,
  type OccurrenceEvent,
  type OccurrenceOpened,
} from './maintenance-events';
export * from './maintained-targets';
export * from './maintenance-notice';
export * from './maintenance-window';
export * from './targets-in-maintenance';
export * from './window-limits';
