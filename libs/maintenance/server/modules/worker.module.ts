import { MaintainedTargets, MAINTENANCE_TOPIC } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { BackgroundServices, HOUR_MS, HousekeepingTasks, inSteps, RelayedCategories } from '@icmp-mon/platform/plugins';
import { TargetScopes } from '@icmp-mon/targets/contract';
import { Global, Module } from '@nestjs/common';
import { forgetOccurrences } from '../occurrences/forget-occurrences';
import { OCCURRENCE } from '../occurrences/occurrence';
import { OccurrenceWatch } from '../occurrences/occurrence-watch';
import { StoredMaintainedTargets } from '../occurrences/stored-maintained-targets';
import { MAINTENANCE } from '../windows/maintenance';

/** Occurrences of one statement, which also deletes the records of their targets. */
const ROWS_PER_STEP = 100;

/** Opens and closes occurrences, plans later ones and deletes old ones. Needs `TargetScopes`; exports `MaintainedTargets`. */
@Global()
@Module({
  providers: [{ provide: MaintainedTargets, useClass: StoredMaintainedTargets }],
  exports: [MaintainedTargets],
})
export class MaintenanceWorkerModule {
  constructor(
    control: ControlDatabase,
    scopes: TargetScopes,
    relayed: RelayedCategories,
    services: BackgroundServices,
    tasks: HousekeepingTasks,
  ) {
    relayed.plug(
      { aggregate: MAINTENANCE, topic: MAINTENANCE_TOPIC },
      { aggregate: OCCURRENCE, topic: MAINTENANCE_TOPIC },
    );
    const watch = new OccurrenceWatch(control, scopes);
    services.plug({
      name: 'maintenance occurrences',
      stage: 'work',
      start: () => watch.start(),
      stop: () => watch.stop(),
    });
    tasks.plug({
      name: 'maintenance-occurrences',
      everyMs: HOUR_MS,
      runTask: () => inSteps(ROWS_PER_STEP, () => forgetOccurrences(control, ROWS_PER_STEP)),
    });
  }
}
