import { AgentsWorkerModule } from '@icmp-mon/agents/server/worker';
import { AssignmentWorkerModule } from '@icmp-mon/assignment/server/worker';
import { BaselinesWorkerModule } from '@icmp-mon/baselines/server/worker';
import { CommandsWorkerModule } from '@icmp-mon/commands/server/worker';
import { IdentityWorkerModule } from '@icmp-mon/identity/server/worker';
import { MaintenanceWorkerModule } from '@icmp-mon/maintenance/server/worker';
import { OperationsWorkerModule } from '@icmp-mon/operations/server/worker';
import { ControlDatabase, DatabaseModule, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthPartsModule } from '@icmp-mon/platform/health';
import { HttpWorkerModule } from '@icmp-mon/platform/http/worker';
import { HousekeepingModule, JobsModule } from '@icmp-mon/platform/jobs';
import { Messaging, MessagingModule } from '@icmp-mon/platform/messaging';
import { PathsWorkerModule } from '@icmp-mon/paths/server/worker';
import {
  ContextApp,
  type ContextModule,
  databaseReadiness,
  EventRelayModule,
  PluginsModule,
  ReadinessParts,
} from '@icmp-mon/platform/plugins';
import { ProbingWorkerModule } from '@icmp-mon/probing/server/worker';
import { ShardWorkerModule } from '@icmp-mon/shard/engine/worker';
import { StatusWorkerModule } from '@icmp-mon/status/server/worker';
import { TargetsWorkerModule } from '@icmp-mon/targets/server/worker';
import { TiersWorkerModule } from '@icmp-mon/tiers/server/worker';
import { type DynamicModule, Module } from '@nestjs/common';
import type { WorkerConfig } from './worker-config';

const WORKER = 'worker';

/** Modules of the contexts in the worker. */
const contexts = (config: WorkerConfig): ContextModule[] => [
  HttpWorkerModule,
  IdentityWorkerModule,
  TargetsWorkerModule.register(config),
  TiersWorkerModule,
  AgentsWorkerModule.register({ metricsKeptDays: config.agentMetricsKeptDays }),
  AssignmentWorkerModule.register({
    holdDownMaxMs: config.holdDownMaxS * 1_000,
    agentVersionMin: config.agentVersionMin,
  }),
  ShardWorkerModule,
  ProbingWorkerModule.register(config),
  BaselinesWorkerModule,
  CommandsWorkerModule,
  PathsWorkerModule,
  MaintenanceWorkerModule,
  StatusWorkerModule.register({ changesKeptDays: config.statusChangesKeptDays }),
  OperationsWorkerModule.register({
    thresholds: config.healthThresholds,
    disks: config.disks,
    ...(config.heartbeatUrl && {
      heartbeat: { url: config.heartbeatUrl, intervalMs: config.heartbeatIntervalS * 1_000 },
    }),
  }),
];

/** The worker: relay, decisions, ticks, housekeeping, and the watch over the product's own health. Singletons hold a lock or a lease. */
@Module({})
export class WorkerModule {
  static register(config: WorkerConfig): DynamicModule {
    const { topicPrefix, shardCount, redisUrl } = config;
    return {
      module: WorkerModule,
      imports: [
        DatabaseModule.register({
          controlUrl: config.controlDatabaseUrl,
          telemetryUrl: config.telemetryDatabaseUrl,
          applicationName: WORKER,
        }),
        MessagingModule.register({ brokers: config.kafkaBrokers, topicPrefix, clientId: WORKER }),
        PluginsModule.register({ app: WORKER, topicPrefix, shardCount, redisUrl }),
        EventRelayModule.register(),
        JobsModule.register(),
        HousekeepingModule.register(),
        HealthPartsModule.register(),
        ...contexts(config),
      ],
    };
  }

  constructor(readiness: ReadinessParts, control: ControlDatabase, telemetry: TelemetryDatabase, messaging: Messaging) {
    readiness.plug(
      { name: 'control', checkPart: () => databaseReadiness(control, 'control database') },
      { name: 'telemetry', checkPart: () => databaseReadiness(telemetry, 'telemetry database') },
      { name: 'kafka', checkPart: () => messaging.checkKafka() },
    );
  }
}

/** Returns the worker as an app that reads its configuration when it starts. */
export function workerApp(readConfig: () => WorkerConfig): ContextApp {
  return new ContextApp(WORKER, () => {
    const config = readConfig();
    return { module: WorkerModule.register(config), opsPort: config.opsPort };
  });
}
