import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { HealthParts, type Thresholds } from '@icmp-mon/platform/health';
import { BackgroundServices } from '@icmp-mon/platform/plugins';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import type { WatchedDisk } from '../health/watched-disks';
import { HealthWatch } from '../heartbeat/health-watch';
import { ProcessReportModule } from './process-report.module';

export { heartbeatUrl } from '../heartbeat/heartbeat-url';
export { watchedDisks } from '../health/watched-disks';

const OPTIONS = Symbol('operations worker options');

interface OperationsWorkerOptions {
  thresholds: Thresholds;
  disks: readonly WatchedDisk[];
  /** No heartbeat is sent unless set. */
  heartbeat?: { url: string; intervalMs: number };
}

/** Runs the health watch of the product and the report of the worker process. */
@Module({})
export class OperationsWorkerModule {
  static register(options: OperationsWorkerOptions): DynamicModule {
    return {
      module: OperationsWorkerModule,
      imports: [ProcessReportModule],
      providers: [{ provide: OPTIONS, useValue: options }],
    };
  }

  constructor(
    @Inject(OPTIONS) { thresholds, disks, heartbeat }: OperationsWorkerOptions,
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    parts: HealthParts,
    services: BackgroundServices,
  ) {
    const sources = { control, telemetry, messaging, thresholds, disks };
    const watch = new HealthWatch({ sources, parts, ...(heartbeat && { heartbeat }) });
    services.plug({
      name: 'health watch',
      stage: 'watch',
      start: () => watch.start(),
      stop: () => watch.stop(),
    });
  }
}
