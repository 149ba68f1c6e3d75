import { AuditedCategories, ShownQueues } from '@icmp-mon/platform/plugins';
import { InventoryHistory, TargetDirectory, TargetScopes } from '@icmp-mon/targets/contract';
import { HealthParts } from '@icmp-mon/platform/health';
import { type DynamicModule, Global, Module } from '@nestjs/common';
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
import { ListedTargetScopes } from '../listed-target-scopes';
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
import { ChangeSourceHandler } from '../sources/change-source';
import { CredentialBox } from '../sources/credential-box';
import { DefineSourceHandler } from '../sources/define-source';
import { ListSourceRunsHandler } from '../sources/list-source-runs';
import { ListSourcesHandler } from '../sources/list-sources';
import { ReadSourceHandler } from '../sources/read-source';
import { RemoveSourceHandler } from '../sources/remove-source';
import { RequestSourceRunHandler } from '../sources/request-source-run';
import { SOURCE_RUNS_QUEUE } from '../sources/source-runs.queue';
import { SOURCES_PART } from '../sources/sources-health';
import { SourcesController } from '../sources/sources.controller';
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
import { SOURCE_AUDIT, SOURCE_RUN_AUDIT } from '../sources/source-audit';
import { TARGET_AUDIT } from '../target-audit';

interface TargetsApiOptions {
  /** Secret with which credentials of inventory sources are encrypted; they cannot be stored without it. */
  credentialsKey: string | undefined;
}

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
    SourcesController,
  ],
  providers: [
    ListedTargets,
    { provide: TargetDirectory, useExisting: ListedTargets },
    { provide: InventoryHistory, useClass: StoredInventoryHistory },
    { provide: TargetScopes, useClass: ListedTargetScopes },
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
    DefineSourceHandler,
    ChangeSourceHandler,
    RemoveSourceHandler,
    RequestSourceRunHandler,
    ListSourcesHandler,
    ReadSourceHandler,
    ListSourceRunsHandler,
  ],
  exports: [TargetDirectory, InventoryHistory, TargetScopes],
})
export class TargetsApiModule {
  static register({ credentialsKey }: TargetsApiOptions): DynamicModule {
    return {
      module: TargetsApiModule,
      providers: [{ provide: CredentialBox, useFactory: () => new CredentialBox(credentialsKey) }],
    };
  }

  constructor(shown: ShownQueues, health: HealthParts, audited: AuditedCategories) {
    audited.plug(TARGET_AUDIT, BULK_JOB_AUDIT, SOURCE_AUDIT, SOURCE_RUN_AUDIT);
    shown.plug(
      { name: BULK_JOBS_QUEUE, description: 'Targets: wake-ups for bulk jobs.' },
      { name: SOURCE_RUNS_QUEUE, description: 'Targets: wake-ups for inventory sources.' },
    );
    health.plug(SOURCES_PART);
  }
}
