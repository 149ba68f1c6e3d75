import { AgentsApiModule } from '@icmp-mon/agents/server/api';
import { AssignmentApiModule } from '@icmp-mon/assignment/server/api';
import { AuditApiModule } from '@icmp-mon/audit/server/api';
import { BaselinesApiModule } from '@icmp-mon/baselines/server/api';
import { CommandsApiModule } from '@icmp-mon/commands/server/api';
import { IdentityApiModule } from '@icmp-mon/identity/server/api';
import { MaintenanceApiModule } from '@icmp-mon/maintenance/server/api';
import { OperationsApiModule } from '@icmp-mon/operations/server/api';
import { PathsApiModule } from '@icmp-mon/paths/server/api';
import { ControlDatabase, DatabaseModule, REQUEST_TIMEOUTS, TelemetryDatabase } from '@icmp-mon/platform/database';
import { EventStoreModule } from '@icmp-mon/platform/event-store';
import { HealthPartsModule } from '@icmp-mon/platform/health';
import { HttpModule } from '@icmp-mon/platform/http';
import { MessagingModule } from '@icmp-mon/platform/messaging';
import { type ContextModule, databaseReadiness, PluginsModule, ReadinessParts } from '@icmp-mon/platform/plugins';
import { QueueBoardModule } from '@icmp-mon/platform/queue-board';
import { ProbingApiModule } from '@icmp-mon/probing/server/api';
import { ShardApiModule } from '@icmp-mon/shard/engine/api';
import { StatusApiModule } from '@icmp-mon/status/server/api';
import { TargetsApiModule } from '@icmp-mon/targets/server/api';
import { TiersApiModule } from '@icmp-mon/tiers/server/api';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { ApiConfig } from './api-config';
import { HealthController } from './health.controller';
import { ApiReadiness } from './readiness';

/** Modules of the contexts with the API's routes. */
const contexts = (config: ApiConfig): ContextModule[] => [
  IdentityApiModule.register({
    jwtSecret: config.jwtSecret,
    secondFactorRequired: config.secondFactorRequired,
    singleSignOn: config.singleSignOn,
  }),
  TargetsApiModule.register({ credentialsKey: config.credentialsKey }),
  TiersApiModule,
  ShardApiModule,
  ProbingApiModule.register({
    redisUrl: config.redisUrl,
    prefix: config.topicPrefix,
    shardCount: config.shardCount,
  }),
  StatusApiModule.register({ shardCount: config.shardCount }),
  AssignmentApiModule,
  AgentsApiModule.register({ caDir: config.caDir, enrolUrl: config.publicEnrolUrl }),
  OperationsApiModule.register({
    redisUrl: config.redisUrl,
    thresholds: config.healthThresholds,
    disks: config.disks,
  }),
  AuditApiModule,
  BaselinesApiModule,
  CommandsApiModule,
  PathsApiModule,
  MaintenanceApiModule,
];

/** The API: commands and queries over HTTP, for people and services. */
@Module({})
export class ApiModule {
  static register(config: ApiConfig): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        CqrsModule.forRoot(),
        DatabaseModule.register({
          controlUrl: config.controlDatabaseUrl,
          telemetryUrl: config.telemetryDatabaseUrl,
          control: REQUEST_TIMEOUTS,
          telemetry: REQUEST_TIMEOUTS,
          applicationName: 'icmp-mon-api',
        }),
        PluginsModule.register({
          app: 'api',
          topicPrefix: config.topicPrefix,
          shardCount: config.shardCount,
          redisUrl: config.redisUrl,
        }),
        EventStoreModule,
        MessagingModule.register({
          brokers: config.kafkaBrokers,
          topicPrefix: config.topicPrefix,
          clientId: 'icmp-mon-api',
        }),
        HttpModule,
        QueueBoardModule.register(),
        HealthPartsModule.register(),
        ...contexts(config),
      ],
      controllers: [HealthController],
      providers: [ApiReadiness],
    };
  }

  constructor(readiness: ReadinessParts, control: ControlDatabase, telemetry: TelemetryDatabase) {
    readiness.plug(
      { name: 'controlDatabase', checkPart: () => databaseReadiness(control, 'control database') },
      { name: 'telemetryDatabase', checkPart: () => databaseReadiness(telemetry, 'telemetry database') },
    );
  }
}
