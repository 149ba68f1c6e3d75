import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { Global, Module } from '@nestjs/common';
import { CALENDAR_AUDIT, MAINTENANCE_AUDIT, OCCURRENCE_AUDIT } from '../maintenance-audit';
import { MaintenanceSource } from '../maintenance-source';
import { MaintenanceController } from '../maintenance.controller';
import { IssueCalendarTokenHandler } from '../calendar/issue-calendar-token';
import { ReadCalendarHandler } from '../calendar/read-calendar';
import { ReadCalendarTokenHandler } from '../calendar/read-calendar-token';
import { RevokeCalendarTokenHandler } from '../calendar/revoke-calendar-token';
import { CalendarController } from '../calendar.controller';
import { CalendarFeedController } from '../calendar-feed.controller';
import { ImportsController } from '../imports.controller';
import { ImportNoticesHandler } from '../notices/import-notices';
import { ReadImportPreviewHandler } from '../notices/read-import-preview';
import { ListOccurrenceTargetsHandler } from '../occurrences/list-occurrence-targets';
import { ListOccurrencesHandler } from '../occurrences/list-occurrences';
import { StoredTargetsInMaintenance } from '../occurrences/stored-targets-in-maintenance';
import { ReadTargetMarksHandler } from '../occurrences/read-target-marks';
import { OccurrencesController } from '../occurrences.controller';
import { TargetMarksController } from '../target-marks.controller';
import { AmendOccurrenceHandler } from '../windows/amend-occurrence';
import { AmendWindowHandler } from '../windows/amend-window';
import { CancelWindowHandler } from '../windows/cancel-window';
import { ChangeDateHandler } from '../windows/change-date';
import { EndOccurrenceHandler } from '../windows/end-occurrence';
import { ExtendOccurrenceHandler } from '../windows/extend-occurrence';
import { ListChangesHandler } from '../windows/list-changes';
import { ListWindowsHandler } from '../windows/list-windows';
import { ReadPreviewHandler } from '../windows/read-preview';
import { ReadWindowHandler } from '../windows/read-window';
import { ScheduleWindowHandler } from '../windows/schedule-window';
import { SilenceScopeHandler } from '../windows/silence-scope';

/** Exports `TargetsInMaintenance` for the routes of other contexts; needs `ActorNames`, `TargetDirectory`, `TargetScopes` and `CallerAccess`. */
@Global()
@Module({
  // The list of occurrences before the route of a window by its id.
  controllers: [
    OccurrencesController,
    ImportsController,
    CalendarController,
    CalendarFeedController,
    MaintenanceController,
    TargetMarksController,
  ],
  providers: [
    ScheduleWindowHandler,
    AmendWindowHandler,
    AmendOccurrenceHandler,
    ChangeDateHandler,
    CancelWindowHandler,
    SilenceScopeHandler,
    EndOccurrenceHandler,
    ExtendOccurrenceHandler,
    ListWindowsHandler,
    ReadWindowHandler,
    ReadPreviewHandler,
    ListOccurrencesHandler,
    ImportNoticesHandler,
    IssueCalendarTokenHandler,
    RevokeCalendarTokenHandler,
    ReadCalendarTokenHandler,
    ReadCalendarHandler,
    ReadImportPreviewHandler,
    ListOccurrenceTargetsHandler,
    ListChangesHandler,
    ReadTargetMarksHandler,
    MaintenanceSource,
    { provide: TargetsInMaintenance, useClass: StoredTargetsInMaintenance },
  ],
  exports: [TargetsInMaintenance],
})
export class MaintenanceApiModule {
  constructor(audited: AuditedCategories) {
    audited.plug(MAINTENANCE_AUDIT, OCCURRENCE_AUDIT, CALENDAR_AUDIT);
  }
}
