import { Global, Module } from '@nestjs/common';
import { EventStore } from './event-store';

/** Global module: provides EventStore. Needs DatabaseModule with a control database URL. */
@Global()
@Module({ providers: [EventStore], exports: [EventStore] })
export class EventStoreModule {}
