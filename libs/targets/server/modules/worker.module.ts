import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { runProcessor } from '@icmp-mon/platform/jobs';
import {
  BackgroundServices,
  DAY_MS,
  EventProjections,
  HOUR_MS,
  HousekeepingTasks,
  inSteps,
  MINUTE_MS,
  RelayedCategories,
} from '@icmp-mon/platform/plugins';
import { TargetPast, TARGETS_TOPIC, TargetScopes } from '@icmp-mon/targets/contract';
import { TierTargets } from '@icmp-mon/tiers/contract';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { BulkJobRunner } from '../bulk/bulk-job-runner';
import { BulkJobWaker } from '../bulk/bulk-job-waker';
import { BulkJobsProcessor } from '../bulk/bulk-jobs.processor';
import { BULK_JOBS_QUEUE } from '../bulk/bulk-jobs.queue';
import { ENDED_JOBS_KEPT_DAYS, forgetBulkJobs } from '../bulk/forget-bulk-jobs';
import { forgetEndedImports } from '../import/forget-import-files';
import { ListedTargetScopes } from '../listed-target-scopes';
import { MoveTargets } from '../move-targets';
import { cleanFormerOwners } from '../saved-views/former-owners';
import { type SourcesWorkerOptions, SourcesWorkerModule } from '../sources/sources-worker.module';
import { TARGET } from '../target';
import { forgetRemovals } from '../target-list/target-list-projection';
import { forgetVersions } from '../versions/forget-versions';
import { StoredTargetPast } from '../versions/stored-target-past';
import { TARGET_VERSIONS } from '../versions/target-versions-projection';

/** Rows of one statement. */
const ROWS_PER_STEP = 10_000;
/** Bulk jobs of one statement, which also deletes their failures. */
const JOBS_PER_STEP = 100;
/** Shorter than the other tasks: while too many files are stored, new ones are refused. */
const IMPORT_FILES_EVERY_MS = 10 * MINUTE_MS;
/** Days for which a version is kept after its end: the same month of last year. */
const VERSIONS_KEPT_DAYS = 396;

export { allowedAddresses } from '../sources/allowed-addresses';

/** Exports `TierTargets` for the tiers' worker, `TargetScopes` and `TargetPast`. */
@Global()
@Module({
  imports: [BullModule.registerQueue({ name: BULK_JOBS_QUEUE })],
  providers: [
    EventStore,
    BulkJobRunner,
    BulkJobWaker,
    BulkJobsProcessor,
    { provide: TargetScopes, useClass: ListedTargetScopes },
    { provide: TargetPast, useClass: StoredTargetPast },
    {
      provide: TierTargets,
      inject: [ControlDatabase],
      useFactory: (control: ControlDatabase): TierTargets => new MoveTargets(control),
    },
  ],
  exports: [TargetPast, TierTargets, TargetScopes],
})
export class TargetsWorkerModule {
  static register(sources: SourcesWorkerOptions): DynamicModule {
    return { module: TargetsWorkerModule, imports: [SourcesWorkerModule.register(sources)] };
  }

  constructor(
    control: ControlDatabase,
    relayed: RelayedCategories,
    projections: EventProjections,
    tasks: HousekeepingTasks,
    services: BackgroundServices,
    waker: BulkJobWaker,
    bulkJobs: BulkJobsProcessor,
  ) {
    relayed.plug({ aggregate: TARGET, topic: TARGETS_TOPIC });
    projections.plug(TARGET_VERSIONS);
    runProcessor(services, BULK_JOBS_QUEUE, bulkJobs);
    services.plug({
      name: 'bulk job waker',
      stage: 'work',
      start: () => waker.start(),
      stop: async () => {
        bulkJobs.stopEarly();
        await waker.stop();
      },
    });
    tasks.plug(
      {
        name: 'bulk-jobs',
        everyMs: HOUR_MS,
        runTask: ({ nowMs }) =>
          inSteps(JOBS_PER_STEP, () =>
            forgetBulkJobs(control, new Date(nowMs - ENDED_JOBS_KEPT_DAYS * DAY_MS), JOBS_PER_STEP),
          ),
      },
      {
        name: 'import-files',
        everyMs: IMPORT_FILES_EVERY_MS,
        runTask: ({ nowMs }) => forgetEndedImports(control, nowMs),
      },
      {
        name: 'former-owners',
        everyMs: MINUTE_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => cleanFormerOwners(control, ROWS_PER_STEP)),
      },
      {
        name: 'list-removals',
        everyMs: HOUR_MS,
        runTask: ({ nowMs }) => inSteps(ROWS_PER_STEP, () => forgetRemovals(control, new Date(nowMs - DAY_MS))),
      },
      {
        name: 'target-versions',
        everyMs: DAY_MS,
        runTask: ({ nowMs }) =>
          inSteps(ROWS_PER_STEP, () =>
            forgetVersions(control, new Date(nowMs - VERSIONS_KEPT_DAYS * DAY_MS), ROWS_PER_STEP),
          ),
      },
    );
  }
}
