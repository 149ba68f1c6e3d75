import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { assignmentModel } from '../assignment-model';

const SHARD_COUNT = Symbol('shard count');

@Module({})
export class AssignmentCliModule {
  static register({ shardCount }: { shardCount: number }): DynamicModule {
    return { module: AssignmentCliModule, providers: [{ provide: SHARD_COUNT, useValue: shardCount }] };
  }

  constructor(
    @Inject(SHARD_COUNT) shardCount: number,
    control: ControlDatabase,
    messaging: Messaging,
    models: ReadModels,
    none: NoReadModels,
  ) {
    models.plug({ database: control, model: assignmentModel({ database: control, messaging }, shardCount) });
    none.plug(
      {
        tables: 'assignment_interval, assignment_horizon',
        reason: 'decisions over time; deleted 396 days after their end',
      },
      { tables: 'assignment_rules', reason: 'how far targets are evaluated by the rules of this release' },
    );
  }
}
