import { type DynamicModule, Module } from '@nestjs/common';
import { AuditedCategories } from './audited-categories';
import { BackgroundServices } from './background-services';
import { EventFollowers, EventProjections } from './event-projections';
import { GroupConsumers, GroupProjections } from './group-projections';
import { Installation } from './installation';
import { ReadinessParts } from './readiness-parts';
import { EventRelay, RelayedCategories } from './relayed-categories';

/** Global module: the sockets that the modules of contexts plug into. Imported once per app. Needs `MessagingModule`. */
@Module({})
export class PluginsModule {
  static register(installation: Installation): DynamicModule {
    const sockets = [BackgroundServices, ReadinessParts, GroupProjections, AuditedCategories];
    return {
      module: PluginsModule,
      global: true,
      providers: [{ provide: Installation, useValue: installation }, ...sockets, GroupConsumers],
      exports: [Installation, ...sockets],
    };
  }
}

/** Global module: relays the categories and runs the event projections that contexts plug in. Needs the control database. */
@Module({
  providers: [RelayedCategories, EventRelay, EventProjections, EventFollowers],
  exports: [RelayedCategories, EventProjections],
})
export class EventRelayModule {
  static register(): DynamicModule {
    return { module: EventRelayModule, global: true };
  }
}
