export { closeQueue } from './close';
export { HousekeepingModule } from './housekeeping.module';
export { JobsModule, jobsPrefix } from './jobs.module';
export { QueueWaker } from './queue-waker';
export { runProcessor } from './run-processor';
