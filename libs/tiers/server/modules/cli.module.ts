import { ControlDatabase } from '@icmp-mon/platform/database';
import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { ReadModels } from '@icmp-mon/platform/rebuild';
import { TIERS_TOPIC } from '@icmp-mon/tiers/contract';
import { Module } from '@nestjs/common';
import { TIER } from '../tier';
import { tierModel } from '../tier-model';
import { tierVersionsModel } from '../versions/tier-versions-model';

@Module({})
export class TiersCliModule {
  constructor(control: ControlDatabase, relayed: RelayedCategories, models: ReadModels) {
    relayed.plug({ aggregate: TIER, topic: TIERS_TOPIC });
    models.plug(
      { database: control, model: tierModel(control) },
      { database: control, model: tierVersionsModel(control) },
    );
  }
}
