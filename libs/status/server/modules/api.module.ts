import { HealthParts } from '@icmp-mon/platform/health';
import { MeasuredTargets, JudgedTargets } from '@icmp-mon/status/contract';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { JudgedShards } from '../api/judged-shards';
import { ListEvidenceHandler } from '../api/list-evidence';
import { ListStatusChangesHandler } from '../api/list-status-changes';
import { ListTargetChecksHandler } from '../api/list-target-checks';
import { ListValidationHandler } from '../api/list-validation';
import { ReadEvidenceExportHandler } from '../api/read-evidence-export';
import { ReadStatusHistoryHandler } from '../api/read-status-history';
import { ReadTargetStatusHandler } from '../api/read-target-status';
import { StoredMeasuredTargets } from '../api/stored-measured-targets';
import { StatusController } from '../api/status.controller';
import { ValidationController } from '../api/validation.controller';
import { STATUSES_PART } from '../health/statuses-health';

/**
 * Registers the routes of statuses. Needs both databases and a global `TargetDirectory`; exports `JudgedTargets` and `MeasuredTargets` for
 * the routes of other contexts.
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
    const measuredTargets = {
      provide: MeasuredTargets,
      inject: [TelemetryDatabase],
      useFactory: (telemetry: TelemetryDatabase): MeasuredTargets => new StoredMeasuredTargets(telemetry),
    };
    return {
      module: StatusApiModule,
      controllers: [StatusController, ValidationController],
      providers: [
        ...[ReadTargetStatusHandler, ReadStatusHistoryHandler, ListStatusChangesHandler, judged, measuredTargets],
        ...[ListValidationHandler, ListTargetChecksHandler, ListEvidenceHandler, ReadEvidenceExportHandler],
      ],
      exports: [JudgedTargets, MeasuredTargets],
    };
  }

  constructor(parts: HealthParts) {
    parts.plug(STATUSES_PART);
  }
}
