import { ControlDatabase } from '@icmp-mon/platform/database';
import { DAY_MS, HOUR_MS, HousekeepingTasks, inSteps, RelayedCategories } from '@icmp-mon/platform/plugins';
import { TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { Module } from '@nestjs/common';
import { TARGET } from '../target';
import { forgetRemovals } from '../target-list/target-list-projection';

/** Rows of one statement. */
const REMOVALS_PER_STEP = 10_000;

@Module({})
export class TargetsWorkerModule {
  constructor(control: ControlDatabase, relayed: RelayedCategories, tasks: HousekeepingTasks) {
    relayed.plug({ aggregate: TARGET, topic: TARGETS_TOPIC });
    tasks.plug({
      name: 'list-removals',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => inSteps(REMOVALS_PER_STEP, () => forgetRemovals(control, new Date(nowMs - DAY_MS))),
    });
  }
}
