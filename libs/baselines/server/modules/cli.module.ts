import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';

@Module({})
export class BaselinesCliModule {
  constructor(none: NoReadModels) {
    none.plug(
      {
        tables: 'baseline, baseline_change, baseline_shift',
        reason: 'calculated every hour from pair hours and the former baselines',
      },
      { tables: 'baseline_shard, baseline_job', reason: 'progress of calculations; deleted some time after their end' },
    );
  }
}
