import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Global, Module } from '@nestjs/common';
import { ShardParticipants } from './shard-participants';

/** Collects the participants that adopting a shard needs. */
@Global()
@Module({ providers: [ShardParticipants], exports: [ShardParticipants] })
export class ShardCliModule {
  constructor(none: NoReadModels) {
    none.plug({
      tables: 'shard (checkpoints)',
      reason: 'a shard rebuilds its state from the checkpoint and the log whenever it is taken over',
    });
  }
}
