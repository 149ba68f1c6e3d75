import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';

@Module({})
export class PathsCliModule {
  constructor(none: NoReadModels) {
    none.plug({
      tables: 'trace, path_change',
      reason: 'measurements of agents, which are in no event; deleted after 30 days, and changes after 13 months',
    });
  }
}
