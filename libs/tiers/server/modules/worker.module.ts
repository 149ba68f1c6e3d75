import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { TIERS_TOPIC } from '@icmp-mon/tiers/contract';
import { Module } from '@nestjs/common';
import { TIER } from '../tier';

@Module({})
export class TiersWorkerModule {
  constructor(relayed: RelayedCategories) {
    relayed.plug({ aggregate: TIER, topic: TIERS_TOPIC });
  }
}
