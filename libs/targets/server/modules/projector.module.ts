import { ControlDatabase } from '@icmp-mon/platform/database';
import { GroupProjections } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { TargetListProjection } from '../target-list/target-list-projection';

@Module({})
export class TargetsProjectorModule {
  constructor(control: ControlDatabase, projections: GroupProjections) {
    const { group, topics, handle } = new TargetListProjection();
    projections.plug({ group, topics, handle, database: control, readinessPart: 'targetList' });
  }
}
