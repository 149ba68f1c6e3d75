import { ControlDatabase } from '@icmp-mon/platform/database';
import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { CurrentStatuses } from '@icmp-mon/status/contract';
import { TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import { Module } from '@nestjs/common';
import { TARGET } from '../target';
import { targetListModel } from '../target-list/target-list-model';
import { targetVersionsModel } from '../versions/target-versions-model';

@Module({})
export class TargetsCliModule {
  constructor(
    control: ControlDatabase,
    statuses: CurrentStatuses,
    relayed: RelayedCategories,
    models: ReadModels,
    none: NoReadModels,
  ) {
    relayed.plug({ aggregate: TARGET, topic: TARGETS_TOPIC });
    models.plug(
      { database: control, model: targetListModel(control, statuses) },
      { database: control, model: targetVersionsModel(control) },
    );
    none.plug(
      {
        tables: 'bulk_job, bulk_job_part, bulk_job_failure',
        reason: 'progress of jobs; deleted some time after their end',
      },
      { tables: 'import_file, import_line', reason: 'lines of imported files; deleted some time after their end' },
      {
        tables: 'inventory_source, inventory_source_run, inventory_source_target',
        reason:
          'definitions with credentials, runs, and which targets belong to which source; events are only their audit record',
      },
      { tables: 'saved_view', reason: "users' own views of the target list, without events" },
      { tables: 'target_list_removed', reason: 'change numbers for open streams; deleted after a day' },
      { tables: 'target_version_horizon', reason: 'how far versions are deleted' },
    );
  }
}
