import { ControlDatabase } from '@icmp-mon/platform/database';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';
import { asNumbersModel } from '../as-numbers/as-numbers-file';

@Module({})
export class PathsCliModule {
  constructor(control: ControlDatabase, models: ReadModels, none: NoReadModels) {
    models.plug({ database: control, model: asNumbersModel(control) });
    none.plug({
      tables: 'trace, path_change',
      reason: 'measurements of agents, which are in no event; deleted after 30 days, and changes after 13 months',
    });
    none.plug({
      tables: 'as_prefix, as_number_import',
      reason: 'lines of the file that an operator imported; import it again',
    });
  }
}
