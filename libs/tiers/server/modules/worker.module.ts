import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventProjections, HousekeepingTasks, RelayedCategories } from '@icmp-mon/platform/plugins';
import { PolicyHistory, TIERS_TOPIC, TierTargets } from '@icmp-mon/tiers/contract';
import { Global, Module } from '@nestjs/common';
import { completeRemovals } from '../complete-removals';
import { TIER } from '../tier';
import { StoredPolicyHistory } from '../versions/stored-policy-history';
import { TIER_VERSIONS } from '../versions/tier-versions-projection';

const REMOVALS_LOOK_MS = 15_000;

/** Needs `TierTargets`; exports `PolicyHistory` for other contexts. */
@Global()
@Module({
  providers: [{ provide: PolicyHistory, useClass: StoredPolicyHistory }],
  exports: [PolicyHistory],
})
export class TiersWorkerModule {
  constructor(
    control: ControlDatabase,
    targets: TierTargets,
    relayed: RelayedCategories,
    projections: EventProjections,
    tasks: HousekeepingTasks,
  ) {
    relayed.plug({ aggregate: TIER, topic: TIERS_TOPIC });
    projections.plug(TIER_VERSIONS);
    tasks.plug({
      name: 'tier-removals',
      everyMs: REMOVALS_LOOK_MS,
      runTask: (run) => completeRemovals(control, targets, run),
    });
  }
}
