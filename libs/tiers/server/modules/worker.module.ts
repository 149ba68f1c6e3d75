import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { TIER_STREAM, TIERS_TOPIC } from '@icmp-mon/tiers/contract';
import { Module } from '@nestjs/common';

@Module({})
export class TiersWorkerModule {
  constructor(relayed: RelayedCategories) {
    relayed.plug({ category: TIER_STREAM, topic: TIERS_TOPIC });
  }
}
