import {
  type App,
  createLogger,
  doEach,
  NestPinoLogger,
  type OpsServer,
  type Readiness,
  startOpsServer,
} from '@icmp-mon/platform/ops';
import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundServices } from './background-services';
import { ReadinessParts } from './readiness-parts';

/** How a context plugs into an app. */
export type ContextModule = DynamicModule | (new (...dependencies: never[]) => unknown);

export interface ContextAppParts {
  /** Imports `PluginsModule` and one module per context. */
  module: DynamicModule;
  /** 0 takes a free port. */
  opsPort: number;
}

/**
 * An app without routes: a Nest application context whose modules plug in what they run. Starts the services by stage once Nest has made
 * all modules; stops them in reverse before Nest closes databases and messaging.
 */
export class ContextApp implements App {
  private context: INestApplicationContext | null = null;
  private ops: OpsServer | null = null;
  private isStarted = false;

  /** `configure` runs at start, so that what it throws is reported as a failed start. */
  constructor(
    readonly name: string,
    private readonly configure: () => ContextAppParts,
  ) {}

  async start(): Promise<void> {
    const { module, opsPort } = this.configure();
    const logger = new NestPinoLogger(createLogger(this.name));
    this.context = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
    this.ops = await startOpsServer({ port: opsPort, readiness: () => this.readiness() });
    await this.get(BackgroundServices).start();
    this.isStarted = true;
  }

  async stop(): Promise<void> {
    await doEach([
      () => this.context?.get(BackgroundServices).stop(),
      () => this.context?.close(),
      () => this.ops?.close(),
    ]);
  }

  /** A provider of any module. @throws Error before the app has started */
  get<T>(provider: Type<T>): T {
    if (this.context === null) throw new Error(`${this.name} is not started.`);
    return this.context.get(provider);
  }

  private async readiness(): Promise<Record<string, Readiness>> {
    const parts = await this.get(ReadinessParts).read();
    return this.isStarted ? parts : { ...parts, services: { ok: false, detail: 'services are starting' } };
  }
}
