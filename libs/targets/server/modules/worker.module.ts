import { ControlDatabase } from '@icmp-mon/platform/database';
import {
  DAY_MS,
  EventProjections,
  HOUR_MS,
  HousekeepingTasks,
  inSteps,
  RelayedCategories,
} from '@icmp-mon/platform/plugins';
import { TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { TierTargets } from '@icmp-mon/tiers/contract';
import { Global, Module } from '@nestjs/common';
import { MoveTargets } from '../move-targets';
import { TARGET } from '../target';
import { forgetRemovals } from '../target-list/target-list-projection';
import { forgetVersions } from '../versions/forget-versions';
import { TARGET_VERSIONS } from '../versions/target-versions-projection';

/** Rows of one statement. */
const ROWS_PER_STEP = 10_000;
/** Days for which a version is kept after its end: the same month of last year. */
const VERSIONS_KEPT_DAYS = 396;

/** Exports `TierTargets` for the tiers' worker. */
@Global()
@Module({
  providers: [
    {
      provide: TierTargets,
      inject: [ControlDatabase],
      useFactory: (control: ControlDatabase): TierTargets => new MoveTargets(control),
    },
  ],
  exports: [TierTargets],
})
export class TargetsWorkerModule {
  constructor(
    control: ControlDatabase,
    relayed: RelayedCategories,
    projections: EventProjections,
    tasks: HousekeepingTasks,
  ) {
    relayed.plug({ aggregate: TARGET, topic: TARGETS_TOPIC });
    projections.plug(TARGET_VERSIONS);
    tasks.plug(
      {
        name: 'list-removals',
        everyMs: HOUR_MS,
        runTask: ({ nowMs }) => inSteps(ROWS_PER_STEP, () => forgetRemovals(control, new Date(nowMs - DAY_MS))),
      },
      {
        name: 'target-versions',
        everyMs: DAY_MS,
        runTask: ({ nowMs }) =>
          inSteps(ROWS_PER_STEP, () =>
            forgetVersions(control, new Date(nowMs - VERSIONS_KEPT_DAYS * DAY_MS), ROWS_PER_STEP),
          ),
      },
    );
  }
}
