import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { BackgroundServices, GroupProjections, HOUR_MS, HousekeepingTasks, inSteps } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { forgetPrefixes } from '../as-numbers/stored-import';
import { forgetExcessChanges, forgetExcessTraces, forgetOldChanges, forgetOldTraces } from '../traces/forget-traces';
import { PathChangePublisher } from '../traces/path-change-publisher';
import { TracesProjection } from '../traces/traces.projection';

/** Maximum rows per statement. */
const ROWS_PER_STEP = 5_000;
/** Rows above the largest number that one run deletes: counting all takes seconds. */
const EXCESS_PER_RUN_MAX = 500_000;

/** Stores the traces of agents, decides and publishes changes of paths, and deletes old rows. */
@Module({})
export class PathsWorkerModule {
  constructor(
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    projections: GroupProjections,
    services: BackgroundServices,
    tasks: HousekeepingTasks,
  ) {
    const traces = new TracesProjection();
    projections.plug({
      group: TracesProjection.group,
      topics: TracesProjection.topics,
      database: telemetry,
      handle: (sql, messages) => traces.handle(sql, messages),
    });
    const publisher = new PathChangePublisher({ database: telemetry, messaging });
    services.plug({
      name: 'path changes',
      stage: 'base',
      start: () => publisher.start(),
      stop: () => publisher.stop(),
    });
    const inStepsOf = (forget: typeof forgetOldTraces) => () =>
      inSteps(ROWS_PER_STEP, () => forget(telemetry, ROWS_PER_STEP));
    tasks.plug(
      { name: 'old-traces', everyMs: HOUR_MS, runTask: inStepsOf(forgetOldTraces) },
      {
        name: 'excess-traces',
        everyMs: HOUR_MS,
        runTask: () => forgetExcessTraces(telemetry, EXCESS_PER_RUN_MAX),
      },
      { name: 'old-path-changes', everyMs: HOUR_MS, runTask: inStepsOf(forgetOldChanges) },
      { name: 'excess-path-changes', everyMs: HOUR_MS, runTask: inStepsOf(forgetExcessChanges) },
      {
        name: 'as-prefixes',
        everyMs: HOUR_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => forgetPrefixes(control, ROWS_PER_STEP)),
      },
    );
  }
}
