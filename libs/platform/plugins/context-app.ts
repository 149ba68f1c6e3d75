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

/** The module by which a context plugs into an app. */
export type ContextModule = DynamicModule | (new (...dependencies: never[]) => unknown);

export interface ContextAppParts {
  /** Imports `PluginsModule` and one module per context. */
  module: DynamicModule;
  /** Port of the ops server; 0 selects a free one. */
  opsPort: number;
}

/**
 * An app without routes: a Nest application context whose modules plug in their services. Starts the services by stage after Nest has created
 * all modules, and stops them in reverse before Nest closes databases and messaging.
 */
export class ContextApp implements App {
  private context: INestApplicationContext | null = null;
  private ops: OpsServer | null = null;
  private isStarted = false;

  /** `configure` runs in `start`, so that its errors are reported as a failed start. */
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

  /** Returns a provider of any module. @throws Error before the app has started */
  get<T>(provider: Type<T>): T {
    if (this.context === null) throw new Error(`${this.name} is not started.`);
    return this.context.get(provider);
  }

  private async readiness(): Promise<Record<string, Readiness>> {
    const parts = await this.get(ReadinessParts).checkAll();
    return this.isStarted ? parts : { ...parts, services: { ok: false, detail: 'services are starting' } };
  }
}
