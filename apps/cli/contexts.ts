import { AgentsCliModule } from '@icmp-mon/agents/server/cli';
import { AssignmentCliModule } from '@icmp-mon/assignment/server/cli';
import { BaselinesCliModule } from '@icmp-mon/baselines/server/cli';
import { CommandsCliModule } from '@icmp-mon/commands/server/cli';
import { IdentityCliModule } from '@icmp-mon/identity/server/cli';
import { PathsCliModule } from '@icmp-mon/paths/server/cli';
import { MaintenanceCliModule } from '@icmp-mon/maintenance/server/cli';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type ContextModule, RelayedCategories } from '@icmp-mon/platform/plugins';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { ProbingCliModule } from '@icmp-mon/probing/server/cli';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { ShardCliModule } from '@icmp-mon/shard/engine/cli';
import { StatusCliModule } from '@icmp-mon/status/server/cli';
import { TargetsCliModule } from '@icmp-mon/targets/server/cli';
import { TiersCliModule } from '@icmp-mon/tiers/server/cli';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Modules of the contexts for the command line app. */
const contexts = (shardCount: number): ContextModule[] => [
  IdentityCliModule,
  TargetsCliModule,
  TiersCliModule,
  AgentsCliModule,
  AssignmentCliModule.register({ shardCount }),
  ShardCliModule,
  ProbingCliModule,
  StatusCliModule,
  BaselinesCliModule,
  CommandsCliModule,
  PathsCliModule,
  MaintenanceCliModule,
];

const SOCKETS = [RelayedCategories, ReadModels, NoReadModels];

export interface ContextSources {
  control: ControlDatabase;
  telemetry: TelemetryDatabase;
  messaging: Messaging;
  config: { shardCount: number };
}

/** Global module: connections and registries for the contexts' modules. */
@Module({})
class SourcesModule {
  static register({ control, telemetry, messaging }: ContextSources): DynamicModule {
    const providers = [
      { provide: ControlDatabase, useValue: control },
      { provide: TelemetryDatabase, useValue: telemetry },
      { provide: Messaging, useValue: messaging },
      ...SOCKETS,
    ];
    return { module: SourcesModule, global: true, providers, exports: providers };
  }
}

@Module({})
class CliModule {
  static register(sources: ContextSources): DynamicModule {
    const imports = [SourcesModule.register(sources), ...contexts(sources.config.shardCount)];
    return { module: CliModule, imports };
  }
}

/** Registrations of the contexts. */
export interface PluggedContexts {
  relayed: RelayedCategories;
  models: ReadModels;
  noModels: NoReadModels;
  participants: ShardParticipants;
}

/** Creates the contexts' modules. They open no connection; the caller closes the sources. */
export async function plugContexts(sources: ContextSources): Promise<PluggedContexts> {
  const app = await NestFactory.createApplicationContext(CliModule.register(sources), {
    logger: false,
    abortOnError: false,
  });
  return {
    relayed: app.get(RelayedCategories),
    models: app.get(ReadModels),
    noModels: app.get(NoReadModels),
    participants: app.get(ShardParticipants),
  };
}
