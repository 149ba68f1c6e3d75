import { ControlDatabase } from '@icmp-mon/platform/database';
import { PRODUCT_VERSION } from '@icmp-mon/platform/ops';
import { BackgroundServices, Installation, ReadinessParts } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { ProcessReport } from '../processes/process-report';

/** Reports the process and its readiness, for the health of the product. */
@Module({})
export class ProcessReportModule {
  constructor(
    control: ControlDatabase,
    { app }: Installation,
    readiness: ReadinessParts,
    services: BackgroundServices,
  ) {
    const report = new ProcessReport(control, { app, version: PRODUCT_VERSION, readiness: () => readiness.checkAll() });
    services.plug({
      name: 'process report',
      stage: 'watch',
      start: () => report.start(),
      stop: () => report.stop(),
    });
  }
}
