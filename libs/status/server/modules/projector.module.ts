import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { BackgroundServices } from '@icmp-mon/platform/plugins';
import { ShardHost, ShardParticipants } from '@icmp-mon/shard/engine';
import { Module } from '@nestjs/common';
import { pairChangePublisher } from '../pair-change-publisher';
import { postgresStatusTables } from '../postgres-status-tables';
import { StatusParticipant } from '../status-participant';
import { statusPublisher } from '../status-publisher';
import { checkPublisher } from '../validation/check-publisher';
import { postgresValidationTables } from '../validation/postgres-validation-tables';
import { VALIDATION_PARTICIPANT, ValidationParticipant } from '../validation/validation-participant';

@Module({})
export class StatusProjectorModule {
  constructor(
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    host: ShardHost,
    participants: ShardParticipants,
    services: BackgroundServices,
  ) {
    const owned = (): number[] => host.owners().map(({ shard }) => shard);
    const publisher = statusPublisher({ sql: telemetry, messaging, ownedShards: owned });
    const pairChanges = pairChangePublisher({ sql: telemetry, messaging, ownedShards: owned });
    participants.plug({
      name: 'status',
      create: (shard, directory) =>
        new StatusParticipant(shard, directory, postgresStatusTables, {
          statuses: () => publisher.wakeShard(shard),
          pairs: () => pairChanges.wakeShard(shard),
        }),
    });
    services.plug({
      name: 'pair change publisher',
      stage: 'base',
      start: () => pairChanges.start(),
      stop: () => pairChanges.stop(),
    });
    services.plug({
      name: 'status publisher',
      // The last commits of the shards may change statuses; they are published before the process ends.
      stage: 'base',
      start: () => publisher.start(),
      stop: () => publisher.stop(),
    });
    const checks = checkPublisher({ sql: telemetry, messaging, ownedShards: owned });
    participants.plug({
      name: VALIDATION_PARTICIPANT,
      create: (shard, directory) =>
        new ValidationParticipant(shard, directory, postgresValidationTables, () => checks.wakeShard(shard)),
    });
    services.plug({
      name: 'check publisher',
      stage: 'base',
      start: () => checks.start(),
      stop: () => checks.stop(),
    });
  }
}
