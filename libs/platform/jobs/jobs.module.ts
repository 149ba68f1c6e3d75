import { isFormerPrimary } from '@icmp-mon/platform/errors';
import { Installation } from '@icmp-mon/platform/plugins';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module, type OnModuleDestroy } from '@nestjs/common';
import { RedisRetries } from './redis-retries';

const CONNECT_MS_MAX = 2_000;

/** Returns the key prefix of all queues; it separates installations that share one Redis. */
export function jobsPrefix(topicPrefix: string): string {
  return `${topicPrefix}:jobs`;
}

/**
 * Global module: the connection settings of all BullMQ queues and processors of the app. Redis may be unavailable at any time: commands wait
 * for it instead of failing, until the app stops. A context registers its queue by `BullModule.registerQueue` and its processor as a provider.
 */
@Module({})
export class JobsModule implements OnModuleDestroy {
  static register(): DynamicModule {
    const retries = new RedisRetries();
    const connection = BullModule.forRootAsync({
      inject: [Installation],
      useFactory: ({ redisUrl, topicPrefix }: Installation) => ({
        connection: {
          url: redisUrl,
          maxRetriesPerRequest: null,
          connectTimeout: CONNECT_MS_MAX,
          retryStrategy: (attempts: number) => retries.delayMs(attempts),
          reconnectOnError: isFormerPrimary,
        },
        prefix: jobsPrefix(topicPrefix),
      }),
    });
    return { module: JobsModule, imports: [connection], providers: [{ provide: RedisRetries, useValue: retries }] };
  }

  constructor(private readonly retries: RedisRetries) {}

  /** Runs before the queues are closed. */
  onModuleDestroy(): void {
    this.retries.endRetries();
  }
}
