import { type DynamicModule, Module } from '@nestjs/common';
import type { MessagingOptions } from './kafka-client';
import { Messaging } from './messaging';

/** Global module: one Kafka client per process. */
@Module({})
export class MessagingModule {
  static register(options: MessagingOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [{ provide: Messaging, useFactory: () => new Messaging(options) }],
      exports: [Messaging],
    };
  }
}
