export {
  type AuditFields,
  audited,
  AuditedCategories,
  type AuditedCategory,
  fieldsAfter,
  fieldTypes,
} from './audited-categories';
export { flatFields, tagFields } from './flat-fields';
export { BackgroundServices } from './background-services';
export { CallerAccess, type CurrentAccess } from './caller-access';
export { ContextApp, type ContextModule } from './context-app';
export { EventProjections } from './event-projections';
export { type GroupProjection, GroupProjections } from './group-projections';
export {
  DAY_MS,
  droppedChunks,
  HOUSEKEEPING_QUEUE,
  HOUR_MS,
  type HousekeepingRun,
  type HousekeepingTask,
  HousekeepingTasks,
  inSteps,
  MINUTE_MS,
} from './housekeeping-tasks';
export { Installation } from './installation';
export { EventRelayModule, PluginsModule } from './plugins.module';
export { databaseReadiness, ReadinessParts } from './readiness-parts';
export { RelayedCategories } from './relayed-categories';
export { ShownQueues } from './shown-queues';
export { Socket } from './socket';
