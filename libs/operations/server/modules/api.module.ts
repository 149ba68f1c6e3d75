import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { HealthParts, type Thresholds } from '@icmp-mon/platform/health';
import { AuditedCategories, BackgroundServices } from '@icmp-mon/platform/plugins';
import { StreamSources } from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { ListDeadLettersHandler } from '../dead-letters/list-dead-letters';
import { ReplayDeadLettersHandler } from '../dead-letters/replay-dead-letters';
import { FreshnessSource } from '../freshness/freshness-source';
import { observeHealth } from '../health/health-metrics';
import { HealthReader } from '../health/health-reader';
import { PARTS } from '../health/parts';
import { ReadHealthHandler } from '../health/read-health';
import type { WatchedDisk } from '../health/watched-disks';
import { ProcessReportModule } from './process-report.module';
import { OperationsController } from '../operations.controller';
import { DEAD_LETTERS_AUDIT } from '../dead-letters/dead-letters-audit';

interface OperationsApiOptions {
  redisUrl: string;
  thresholds: Thresholds;
  disks: readonly WatchedDisk[];
}

/** Checks whether Redis responds, over its own connection without retries. */
class RedisLook implements OnApplicationShutdown {
  private readonly redis: Redis;

  constructor(url: string) {
    this.redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, commandTimeout: 1_000 });
    // The health part `services` reports it when it is read.
    this.redis.on('error', () => undefined);
  }

  async ping(): Promise<string> {
    if (this.redis.status === 'wait') await this.redis.connect();
    await this.redis.ping();
    return 'answers';
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}

/** API of the product's own health and its dead letters; needs both databases, Kafka and Redis. */
@Module({})
export class OperationsApiModule {
  static register(options: OperationsApiOptions): DynamicModule {
    const reader = {
      provide: HealthReader,
      inject: [ControlDatabase, TelemetryDatabase, Messaging, RedisLook, HealthParts],
      useFactory: (
        control: ControlDatabase,
        telemetry: TelemetryDatabase,
        messaging: Messaging,
        redis: RedisLook,
        plugged: HealthParts,
      ): HealthReader => {
        const { thresholds, disks } = options;
        const sources = { control, telemetry, messaging, thresholds, disks, pingRedis: () => redis.ping() };
        return new HealthReader(sources, PARTS, plugged);
      },
    };
    const freshness = {
      provide: FreshnessSource,
      inject: [StreamSources, JudgedTargets, HealthReader],
      useFactory: (sources: StreamSources, judged: JudgedTargets, health: HealthReader): FreshnessSource =>
        new FreshnessSource(sources, judged, health, options.thresholds),
    };
    const redis = { provide: RedisLook, useFactory: () => new RedisLook(options.redisUrl) };
    return {
      module: OperationsApiModule,
      imports: [ProcessReportModule],
      controllers: [OperationsController],
      providers: [redis, reader, freshness, ReadHealthHandler, ListDeadLettersHandler, ReplayDeadLettersHandler],
    };
  }

  constructor(reader: HealthReader, services: BackgroundServices, audited: AuditedCategories) {
    audited.plug(DEAD_LETTERS_AUDIT);
    services.plug({ name: 'health metrics', stage: 'watch', start: () => observeHealth(reader) });
  }
}
