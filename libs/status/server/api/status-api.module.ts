import { JudgedTargets } from '@icmp-mon/status/contract';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { JudgedShards } from './judged-shards';
import { StatusChanges } from './status-changes';
import { StatusController } from './status.controller';
import { TargetStatus } from './target-status';

/**
 * Status of targets. Needs both databases and a global `TargetDirectory`; provides `JudgedTargets` to the routes of other
 * contexts.
 */
@Global()
@Module({})
export class StatusApiModule {
  static register({ shardCount }: { shardCount: number }): DynamicModule {
    const judged = {
      provide: JudgedTargets,
      inject: [ControlDatabase, TelemetryDatabase],
      useFactory: (control: ControlDatabase, telemetry: TelemetryDatabase): JudgedTargets =>
        new JudgedShards(control, telemetry, shardCount),
    };
    return {
      module: StatusApiModule,
      controllers: [StatusController],
      providers: [TargetStatus, StatusChanges, judged],
      exports: [JudgedTargets],
    };
  }
}
