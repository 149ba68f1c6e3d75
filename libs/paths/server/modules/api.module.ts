import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { AsNumbers } from '../as-numbers/as-numbers';
import { AS_NUMBERS_AUDIT } from '../as-numbers/as-numbers-file';
import { AsNumbersController } from '../as-numbers/as-numbers.controller';
import { ImportAsNumbersHandler } from '../as-numbers/import-as-numbers';
import { ReadAsNumbersFileHandler } from '../as-numbers/read-as-numbers-file';
import { RemoveAsNumbersHandler } from '../as-numbers/remove-as-numbers';
import { PathsController } from '../paths.controller';
import { ListPathChangesHandler } from '../read/list-path-changes';
import { ListTracesHandler } from '../read/list-traces';
import { ReadPathHandler } from '../read/read-path';
import { ReadStoredTraceHandler } from '../read/read-stored-trace';
import { ReadStoredPaths } from '../read/stored-paths';

/** Registers the routes of paths; needs both databases, `TargetDirectory` and `AgentSites`. */
@Module({
  controllers: [PathsController, AsNumbersController],
  providers: [
    ...[AsNumbers, ReadStoredPaths],
    ...[ReadPathHandler, ListTracesHandler, ReadStoredTraceHandler, ListPathChangesHandler],
    ...[ImportAsNumbersHandler, RemoveAsNumbersHandler, ReadAsNumbersFileHandler],
  ],
})
export class PathsApiModule {
  constructor(audited: AuditedCategories) {
    audited.plug(AS_NUMBERS_AUDIT);
  }
}
