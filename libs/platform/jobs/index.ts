export { HousekeepingModule } from './housekeeping.module';
export { JobsModule, jobsPrefix } from './jobs.module';
