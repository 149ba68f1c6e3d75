import { Module } from '@nestjs/common';
import { ProcessReportModule } from './process-report.module';

@Module({ imports: [ProcessReportModule] })
export class OperationsProjectorModule {}
