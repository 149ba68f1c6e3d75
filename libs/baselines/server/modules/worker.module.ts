import { ControlDatabase, dropOldChunks, TelemetryDatabase } from '@icmp-mon/platform/database';
import { runProcessor } from '@icmp-mon/platform/jobs';
import {
  BackgroundServices,
  droppedChunks,
  HOUR_MS,
  HousekeepingTasks,
  inSteps,
  Installation,
  MINUTE_MS,
} from '@icmp-mon/platform/plugins';
import { PairHours } from '@icmp-mon/probing/contract';
import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { BaselinesProcessor } from '../shard-runs/baselines.processor';
import { BASELINES_QUEUE } from '../shard-runs/baselines.queue';
import { BaselinesWaker } from '../shard-runs/baselines-waker';
import { ShardClaims } from '../shard-runs/shard-claims';
import { ShardRun } from '../shard-runs/shard-run';
import { ThresholdLog } from '../shard-runs/threshold-log';
import { BaselineRows, HISTORY_KEPT_MS } from '../stored/baseline-rows';
import { forgetJobs, forgetShifts } from '../stored/forget-history';

/** Rows of one statement. */
const ROWS_PER_STEP = 5_000;

/** Calculates baselines by shard. Needs both databases, `PairHours` and `AssignedPairs`. */
@Module({
  imports: [BullModule.registerQueue({ name: BASELINES_QUEUE })],
  providers: [ShardClaims, ShardRun, BaselineRows, ThresholdLog, BaselinesProcessor, BaselinesWaker],
})
export class BaselinesWorkerModule {
  constructor(
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    { shardCount }: Installation,
    hours: PairHours,
    claims: ShardClaims,
    processor: BaselinesProcessor,
    waker: BaselinesWaker,
    services: BackgroundServices,
    tasks: HousekeepingTasks,
  ) {
    runProcessor(services, BASELINES_QUEUE, processor);
    services.plug({
      name: 'baselines waker',
      stage: 'work',
      start: () => waker.start(),
      stop: async () => {
        processor.stopEarly();
        await waker.stop();
      },
    });
    tasks.plug(
      {
        name: 'baselines-due',
        everyMs: MINUTE_MS,
        runTask: async () => claims.noteHours(await hours.latestByShard(), shardCount),
      },
      {
        name: 'baseline-changes',
        everyMs: HOUR_MS,
        runTask: async (run) => {
          const olderThan = new Date(run.nowMs - HISTORY_KEPT_MS);
          return droppedChunks(run, 'baseline_change', await dropOldChunks(telemetry, 'baseline_change', olderThan));
        },
      },
      {
        name: 'baseline-shifts',
        everyMs: HOUR_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => forgetShifts(telemetry, ROWS_PER_STEP)),
      },
      {
        name: 'baseline-jobs',
        everyMs: HOUR_MS,
        runTask: () => inSteps(ROWS_PER_STEP, () => forgetJobs(control, ROWS_PER_STEP)),
      },
    );
  }
}
