import { ControlDatabase } from '@icmp-mon/platform/database';
import { HousekeepingTasks, RelayedCategories } from '@icmp-mon/platform/plugins';
import { TIERS_TOPIC, TierTargets } from '@icmp-mon/tiers/contract';
import { Module } from '@nestjs/common';
import { completeRemovals } from '../complete-removals';
import { TIER } from '../tier';

const REMOVALS_LOOK_MS = 15_000;

/** Needs `TierTargets`. */
@Module({})
export class TiersWorkerModule {
  constructor(control: ControlDatabase, targets: TierTargets, relayed: RelayedCategories, tasks: HousekeepingTasks) {
    relayed.plug({ aggregate: TIER, topic: TIERS_TOPIC });
    tasks.plug({
      name: 'tier-removals',
      everyMs: REMOVALS_LOOK_MS,
      runTask: (run) => completeRemovals(control, targets, run),
    });
  }
}
