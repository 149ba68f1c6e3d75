import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { ControlDatabase } from './control-database';
import type { DatabaseOptions } from './sql';
import { TelemetryDatabase } from './telemetry-database';

export interface DatabaseModuleOptions {
  controlUrl?: string;
  telemetryUrl?: string;
  control?: Omit<DatabaseOptions, 'url'>;
  telemetry?: Omit<DatabaseOptions, 'url'>;
  applicationName?: string;
}

/** Global module: provides ControlDatabase and TelemetryDatabase, each if its URL is set. */
@Global()
@Module({})
export class DatabaseModule {
  static register(options: DatabaseModuleOptions): DynamicModule {
    const { controlUrl, telemetryUrl, applicationName } = options;
    const providers: Provider[] = [];
    if (controlUrl !== undefined) {
      const useFactory = (): ControlDatabase =>
        new ControlDatabase({ applicationName, ...options.control, url: controlUrl });
      providers.push({ provide: ControlDatabase, useFactory });
    }
    if (telemetryUrl !== undefined) {
      const useFactory = (): TelemetryDatabase =>
        new TelemetryDatabase({ applicationName, ...options.telemetry, url: telemetryUrl });
      providers.push({ provide: TelemetryDatabase, useFactory });
    }
    return { module: DatabaseModule, providers, exports: providers };
  }
}
