import { AgentsProjectorModule } from '@icmp-mon/agents/server/projector';
import { OperationsProjectorModule } from '@icmp-mon/operations/server/projector';
import { DatabaseModule } from '@icmp-mon/platform/database';
import { Messaging, MessagingModule } from '@icmp-mon/platform/messaging';
import { ContextApp, type ContextModule, PluginsModule, ReadinessParts } from '@icmp-mon/platform/plugins';
import { ProbingProjectorModule } from '@icmp-mon/probing/server/projector';
import { ShardProjectorModule } from '@icmp-mon/shard/engine/projector';
import { StatusProjectorModule } from '@icmp-mon/status/server/projector';
import { TargetsProjectorModule } from '@icmp-mon/targets/server/projector';
import { type DynamicModule, Module } from '@nestjs/common';
import type { ProjectorConfig } from './config';

const PROJECTOR = 'projector';

/** Modules of the contexts in the projector. */
const CONTEXTS: ContextModule[] = [
  ShardProjectorModule,
  StatusProjectorModule,
  ProbingProjectorModule,
  AgentsProjectorModule,
  TargetsProjectorModule,
  OperationsProjectorModule,
];

/** The projector: shards with the contexts' participants, and projections of domain events. No dependency injection on the path of results. */
@Module({})
export class ProjectorModule {
  static register(config: ProjectorConfig): DynamicModule {
    const { topicPrefix, shardCount, redisUrl } = config;
    return {
      module: ProjectorModule,
      imports: [
        DatabaseModule.register({
          controlUrl: config.controlDatabaseUrl,
          telemetryUrl: config.telemetryDatabaseUrl,
          applicationName: `icmp-mon ${PROJECTOR}`,
        }),
        MessagingModule.register({ brokers: config.kafkaBrokers, topicPrefix, clientId: PROJECTOR }),
        PluginsModule.register({ app: PROJECTOR, topicPrefix, shardCount, redisUrl }),
        ...CONTEXTS,
      ],
    };
  }

  constructor(readiness: ReadinessParts, messaging: Messaging) {
    readiness.plug({ name: 'kafka', checkPart: () => messaging.checkKafka() });
  }
}

/** Returns the projector as an app that reads its configuration when it starts. */
export function projectorApp(readConfig: () => ProjectorConfig): ContextApp {
  return new ContextApp(PROJECTOR, () => {
    const config = readConfig();
    return { module: ProjectorModule.register(config), opsPort: config.opsPort };
  });
}
