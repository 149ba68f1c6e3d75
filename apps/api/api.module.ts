import { AgentsApiModule } from '@icmp-mon/agents/server';
import { AssignmentApiModule } from '@icmp-mon/assignment/server';
import { IdentityApiModule } from '@icmp-mon/identity/server';
import { OperationsApiModule } from '@icmp-mon/operations/server';
import { DatabaseModule, REQUEST_TIMEOUTS } from '@icmp-mon/platform/database';
import { EventStoreModule } from '@icmp-mon/platform/event-store';
import { HttpModule } from '@icmp-mon/platform/http';
import { MessagingModule } from '@icmp-mon/platform/messaging';
import { ProbingApiModule } from '@icmp-mon/probing/server';
import { StatusApiModule } from '@icmp-mon/status/server';
import { TargetsApiModule } from '@icmp-mon/targets/server';
import { TiersApiModule } from '@icmp-mon/tiers/server';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { ApiConfig } from './api-config';
import { HealthController } from './health.controller';
import { ApiReadiness } from './readiness';

/** The API: commands in, queries out, for people and services. */
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
        EventStoreModule,
        MessagingModule.register({
          brokers: config.kafkaBrokers,
          topicPrefix: config.topicPrefix,
          clientId: 'icmp-mon-api',
        }),
        IdentityApiModule.register({ jwtSecret: config.jwtSecret }),
        HttpModule,
        TargetsApiModule,
        TiersApiModule,
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
      ],
      controllers: [HealthController],
      providers: [ApiReadiness],
    };
  }
}
