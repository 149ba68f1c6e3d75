import { Global, Module } from '@nestjs/common';
import { EventStore } from './event-store';

/** Provides EventStore to the whole app; needs DatabaseModule with a control address. */
@Global()
@Module({ providers: [EventStore], exports: [EventStore] })
export class EventStoreModule {}
