import { AuditedCategories, ShownQueues } from '@icmp-mon/platform/plugins';
import { InventoryHistory, TargetDirectory } from '@icmp-mon/targets/contract';
import { Global, Module } from '@nestjs/common';
import { AddressCheck } from '../address-check';
import { BULK_JOBS_QUEUE } from '../bulk/bulk-jobs.queue';
import { BulkController } from '../bulk/bulk.controller';
import { CancelBulkJobHandler } from '../bulk/cancel-bulk-job';
import { ListBulkJobsHandler } from '../bulk/list-bulk-jobs';
import { ReadBulkJobHandler } from '../bulk/read-bulk-job';
import { ReadBulkPreviewHandler } from '../bulk/read-bulk-preview';
import { ReadExpansionPreviewHandler } from '../bulk/read-expansion-preview';
import { RequestBulkChangeHandler } from '../bulk/request-bulk-change';
import { RequestExpansionHandler } from '../bulk/request-expansion';
import { ChangeTargetHandler } from '../change-target';
import { ParentTargets } from '../parent-targets';
import { EraseTargetHandler } from '../erase-target';
import { ExportController } from '../export/export.controller';
import { ReadExportHandler } from '../export/read-export';
import { ImportController } from '../import/import.controller';
import { ListImportLinesHandler } from '../import/list-import-lines';
import { RequestImportHandler } from '../import/request-import';
import { ReadTargetHandler } from '../read-target';
import { RegisterTargetHandler } from '../register-target';
import { RemoveTargetHandler } from '../remove-target';
import { ReplaceTargetHandler } from '../replace-target';
import { CountsStream } from '../stream/counts-stream';
import { ListChanges } from '../stream/list-changes';
import { StatusStreamController } from '../stream/status-stream.controller';
import { TargetListStream } from '../stream/target-list-stream';
import { ListedTargets } from '../target-directory';
import { CountTargetsHandler } from '../target-list/count-targets';
import { ListTargetsHandler } from '../target-list/list-targets';
import { ListTagsHandler } from '../target-list/list-tags';
import { TagsController } from '../target-list/tags.controller';
import { TargetCounts } from '../target-list/target-counts';
import { DeleteViewHandler } from '../saved-views/delete-view';
import { ListSavedViewsHandler } from '../saved-views/list-saved-views';
import { ReplaceViewHandler } from '../saved-views/replace-view';
import { SaveViewHandler } from '../saved-views/save-view';
import { SavedViewsController } from '../saved-views/saved-views.controller';
import { TierNames } from '../tier-names';
import { ListTargetsAtHandler } from '../versions/list-targets-at';
import { FormerTargets } from '../versions/former-targets';
import { LifetimesController } from '../versions/lifetimes.controller';
import { ListLifetimesHandler } from '../versions/list-lifetimes';
import { ListTargetVersionsHandler } from '../versions/list-target-versions';
import { StoredInventoryHistory } from '../versions/stored-inventory-history';
import { TargetChangesController } from '../target-changes.controller';
import { TargetsController } from '../targets.controller';
import { BULK_JOB_AUDIT } from '../bulk/bulk-job-audit';
import { TARGET_AUDIT } from '../target-audit';

/** Routes of targets and the status stream; provides `TargetDirectory` to routes of other contexts. */
@Global()
@Module({
  // Before the routes with an id, which `tags` would be.
  controllers: [
    TagsController,
    TargetsController,
    TargetChangesController,
    LifetimesController,
    BulkController,
    StatusStreamController,
    SavedViewsController,
    ImportController,
    ExportController,
  ],
  providers: [
    ListedTargets,
    { provide: TargetDirectory, useExisting: ListedTargets },
    { provide: InventoryHistory, useClass: StoredInventoryHistory },
    AddressCheck,
    TierNames,
    ParentTargets,
    TargetCounts,
    ListChanges,
    TargetListStream,
    CountsStream,
    RegisterTargetHandler,
    ChangeTargetHandler,
    ReplaceTargetHandler,
    RemoveTargetHandler,
    EraseTargetHandler,
    ListTargetsHandler,
    ListTargetsAtHandler,
    ListTagsHandler,
    FormerTargets,
    ListTargetVersionsHandler,
    ListLifetimesHandler,
    ReadTargetHandler,
    CountTargetsHandler,
    RequestBulkChangeHandler,
    RequestExpansionHandler,
    CancelBulkJobHandler,
    ListBulkJobsHandler,
    ReadBulkJobHandler,
    ReadBulkPreviewHandler,
    ReadExpansionPreviewHandler,
    ReadExportHandler,
    RequestImportHandler,
    ListImportLinesHandler,
    ListSavedViewsHandler,
    SaveViewHandler,
    ReplaceViewHandler,
    DeleteViewHandler,
  ],
  exports: [TargetDirectory, InventoryHistory],
})
export class TargetsApiModule {
  constructor(shown: ShownQueues, audited: AuditedCategories) {
    audited.plug(TARGET_AUDIT, BULK_JOB_AUDIT);
    shown.plug({ name: BULK_JOBS_QUEUE, description: 'Targets: wake-ups for bulk jobs.' });
  }
}
