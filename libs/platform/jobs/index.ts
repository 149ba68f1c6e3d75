export { HousekeepingModule } from './housekeeping.module';
export { HOUSEKEEPING_QUEUE } from './housekeeping-processor';
export { JobsModule, jobsPrefix } from './jobs.module';
