import { hostname } from 'node:os';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackgroundServices, Installation, ReadinessParts } from '@icmp-mon/platform/plugins';
import { Global, Module } from '@nestjs/common';
import { PostgresShardStore } from '../postgres-shard-store';
import { ShardHost } from '../shard-host';
import { observeShards } from '../shard-metrics';
import { ShardParticipants } from './shard-participants';

/** Owns shards and folds their logs with the participants that contexts plug in. */
@Global()
@Module({
  providers: [
    ShardParticipants,
    {
      provide: ShardHost,
      inject: [TelemetryDatabase, Messaging, Installation, ShardParticipants],
      useFactory: (
        database: TelemetryDatabase,
        messaging: Messaging,
        { shardCount }: Installation,
        participants: ShardParticipants,
      ): ShardHost =>
        new ShardHost({
          store: new PostgresShardStore(database, database.options.url),
          shardCount,
          holder: `${hostname()}:${process.pid}:${Date.now()}`,
          openLog: () => messaging.openLog(SHARD_TOPIC),
          participants: (shard, directory) => participants.plugged.map(({ create }) => create(shard, directory)),
          logger: createLogger('shard-host'),
        }),
    },
  ],
  exports: [ShardParticipants, ShardHost],
})
export class ShardProjectorModule {
  constructor(host: ShardHost, messaging: Messaging, services: BackgroundServices, readiness: ReadinessParts) {
    services.plug({
      name: 'shards',
      stage: 'work',
      start: () => {
        observeShards(host, () => messaging.topicBounds([SHARD_TOPIC]));
        host.start();
      },
      stop: () => host.stop(),
    });
    readiness.plug({ name: 'shards', checkPart: () => host.readiness() });
  }
}
