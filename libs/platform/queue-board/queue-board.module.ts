import { HOUSEKEEPING_QUEUE, ShownQueues } from '@icmp-mon/platform/plugins';
import { type DynamicModule, Module } from '@nestjs/common';
import { QueueBoard } from './queue-board';
import { QueueBoardController } from './queue-board.controller';

/** Global module: shows administrators the queues that contexts plug in. Needs `PluginsModule` and `HttpModule`. */
@Module({ controllers: [QueueBoardController], providers: [ShownQueues, QueueBoard], exports: [ShownQueues] })
export class QueueBoardModule {
  static register(): DynamicModule {
    return { module: QueueBoardModule, global: true };
  }

  constructor(shown: ShownQueues) {
    shown.plug({ name: HOUSEKEEPING_QUEUE, description: 'Deletes expired rows and computes rollups.' });
  }
}
