import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { CHECK_STATUS_TOPIC, CurrentStatuses, TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { PAIR_CHANGES_TOPIC } from '@icmp-mon/status/wire';
import { Global, Module } from '@nestjs/common';
import { postgresStatusTables } from '../postgres-status-tables';
import { PublishedNumbers } from '../rebuild/published-numbers';
import { StoredCurrentStatuses } from '../rebuild/stored-current-statuses';
import { targetStatusModel } from '../rebuild/target-status-model';
import { StatusParticipant } from '../status-participant';
import { postgresValidationTables } from '../validation/postgres-validation-tables';
import { VALIDATION_PARTICIPANT, ValidationParticipant } from '../validation/validation-participant';

/** Exports `CurrentStatuses` for other contexts. */
@Global()
@Module({
  providers: [
    {
      provide: CurrentStatuses,
      inject: [TelemetryDatabase],
      useFactory: (telemetry: TelemetryDatabase): CurrentStatuses => new StoredCurrentStatuses(telemetry),
    },
  ],
  exports: [CurrentStatuses],
})
export class StatusCliModule {
  constructor(
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    models: ReadModels,
    none: NoReadModels,
    participants: ShardParticipants,
  ) {
    models.plug({ database: telemetry, model: targetStatusModel(telemetry) });
    none.plug({
      tables: 'check_change, check_evidence, check_status',
      reason: 'written by the shards from their logs, which are retained for 7 days only',
    });
    none.plug({
      tables: 'late_result, status_correction',
      reason: 'decided when late results arrived, from results that are kept for 30 days',
    });
    none.plug({
      tables: 'pair_change, pair_change_state',
      reason: 'written by the shards from their logs, which are retained for 7 days only',
    });
    none.plug({
      tables: 'status_change',
      reason: 'written by the shards from their logs, which are retained for 7 days only',
    });
    const published = new PublishedNumbers(messaging, TARGET_STATUS_TOPIC);
    const publishedPairs = new PublishedNumbers(messaging, PAIR_CHANGES_TOPIC);
    const publishedChecks = new PublishedNumbers(messaging, CHECK_STATUS_TOPIC);
    participants.plug({
      name: 'status',
      async prepareAdoption() {
        await published.loadNumbers();
        await publishedPairs.loadNumbers();
      },
      create(shard, directory) {
        const status = new StatusParticipant(shard, directory, postgresStatusTables);
        status.numberAbove(published.highestOf(shard), publishedPairs.highestOf(shard));
        return status;
      },
    });
    participants.plug({
      name: VALIDATION_PARTICIPANT,
      prepareAdoption: () => publishedChecks.loadNumbers(),
      create(shard, directory) {
        const validation = new ValidationParticipant(shard, directory, postgresValidationTables);
        validation.numberAbove(publishedChecks.highestOf(shard));
        return validation;
      },
    });
  }
}
