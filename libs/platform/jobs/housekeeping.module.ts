import { BackgroundServices, HOUSEKEEPING_QUEUE, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { HousekeepingProcessor } from './housekeeping-processor';
import { HousekeepingSchedule, SCHEDULE_OPTIONS, type ScheduleOptions } from './housekeeping-schedule';

/** Global module: runs the housekeeping tasks that contexts plug in. Needs `JobsModule` and the telemetry database. */
@Module({
  imports: [BullModule.registerQueue({ name: HOUSEKEEPING_QUEUE })],
  providers: [HousekeepingTasks, HousekeepingSchedule, HousekeepingProcessor],
  exports: [HousekeepingTasks],
})
export class HousekeepingModule {
  static register(options: ScheduleOptions = {}): DynamicModule {
    return {
      module: HousekeepingModule,
      global: true,
      providers: [{ provide: SCHEDULE_OPTIONS, useValue: options }],
    };
  }

  constructor(services: BackgroundServices, schedule: HousekeepingSchedule, processor: HousekeepingProcessor) {
    services.plug({
      name: 'housekeeping',
      stage: 'base',
      start: () => {
        schedule.start();
        processor.start();
      },
      stop: async () => {
        schedule.stop();
        await processor.stop();
      },
    });
  }
}
