export { closeQueue } from './close';
export { HousekeepingModule } from './housekeeping.module';
export { JobsModule, jobsPrefix } from './jobs.module';
