import { MAINTENANCE_TOPIC } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';
import { OCCURRENCE } from '../occurrences/occurrence';
import { MAINTENANCE } from '../windows/maintenance';
import { windowModel } from '../windows/window-model';

@Module({})
export class MaintenanceCliModule {
  constructor(control: ControlDatabase, relayed: RelayedCategories, models: ReadModels, none: NoReadModels) {
    relayed.plug(
      { aggregate: MAINTENANCE, topic: MAINTENANCE_TOPIC },
      { aggregate: OCCURRENCE, topic: MAINTENANCE_TOPIC },
    );
    models.plug({ database: control, model: windowModel(control) });
    none.plug(
      {
        tables: 'maintenance_expansion, maintenance_occurrence, maintenance_member',
        reason:
          'planned from windows and zone data by the worker; which targets were in scope is in no event; deleted after 13 months',
      },
      { tables: 'maintenance_calendar_token', reason: 'hashes of tokens are stored only in this table' },
    );
  }
}
