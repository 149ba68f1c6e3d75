import { EventStore } from '@icmp-mon/platform/event-store';
import { HealthParts } from '@icmp-mon/platform/health';
import { runProcessor } from '@icmp-mon/platform/jobs';
import { BackgroundServices } from '@icmp-mon/platform/plugins';
import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { AddressPolicy } from './address-policy';
import { CredentialBox } from './credential-box';
import { ListIntake } from './list-intake';
import { SourceReading } from './read-entries';
import { RunEnd } from './run-end';
import { SourceRunner } from './source-runner';
import { SOURCE_RUNS_QUEUE } from './source-runs.queue';
import { SourceRunsProcessor } from './source-runs.processor';
import { SourceWaker } from './source-waker';
import { SOURCES_PART } from './sources-health';

export interface SourcesWorkerOptions {
  /** Secret with which credentials of inventory sources are encrypted. */
  credentialsKey: string | undefined;
  /** Folder of the files of sources of kind `file_sd`. */
  sourcesDir: string | undefined;
  /** Addresses that sources may have although they are denied otherwise. */
  sourcesAllowed: readonly string[];
}

/** Runs inventory sources in the worker. */
@Module({
  imports: [BullModule.registerQueue({ name: SOURCE_RUNS_QUEUE })],
  providers: [EventStore, ListIntake, RunEnd, SourceRunner, SourceWaker, SourceRunsProcessor],
})
export class SourcesWorkerModule {
  static register({ credentialsKey, sourcesDir, sourcesAllowed }: SourcesWorkerOptions): DynamicModule {
    const reading: SourceReading = { policy: new AddressPolicy(sourcesAllowed), folder: sourcesDir };
    return {
      module: SourcesWorkerModule,
      providers: [
        { provide: CredentialBox, useFactory: () => new CredentialBox(credentialsKey) },
        { provide: SourceReading, useValue: reading },
      ],
    };
  }

  constructor(services: BackgroundServices, waker: SourceWaker, runs: SourceRunsProcessor, health: HealthParts) {
    health.plug(SOURCES_PART);
    runProcessor(services, SOURCE_RUNS_QUEUE, runs);
    services.plug({
      name: 'inventory source waker',
      stage: 'work',
      start: () => waker.start(),
      stop: async () => {
        runs.stopEarly();
        await waker.stop();
      },
    });
  }
}
