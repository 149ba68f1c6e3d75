import { Module } from '@nestjs/common';
import { AuditController } from '../audit.controller';
import { AuditReader } from '../audit-reader';
import { ListEventsHandler } from '../list-events';
import { ListKindsHandler } from '../list-kinds';
import { ReadEventsExportHandler } from '../read-events-export';

/** Routes of the audit. Descriptions of events are plugged into `AuditedCategories` by the contexts that own them. */
@Module({
  controllers: [AuditController],
  providers: [AuditReader, ListEventsHandler, ListKindsHandler, ReadEventsExportHandler],
})
export class AuditApiModule {}
