import { Installation } from '@icmp-mon/platform/plugins';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';

/** Of the keys of all queues: keeps installations that share a Redis apart. */
export function jobsPrefix(topicPrefix: string): string {
  return `${topicPrefix}:jobs`;
}

/**
 * The connection that all BullMQ queues and processors of the app use, global. Redis may be away at any time: commands wait for it instead of
 * failing. A context registers its queue by `BullModule.registerQueue` and its processor as a provider.
 */
@Module({})
export class JobsModule {
  static register(): DynamicModule {
    const connection = BullModule.forRootAsync({
      inject: [Installation],
      useFactory: ({ redisUrl, topicPrefix }: Installation) => ({
        connection: { url: redisUrl, maxRetriesPerRequest: null },
        prefix: jobsPrefix(topicPrefix),
      }),
    });
    return { module: JobsModule, imports: [connection] };
  }
}
