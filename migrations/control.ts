import type { MigrationClass } from '@icmp-mon/platform/database';
import { PlatformEventStore1790000000000 } from './control/1790000000000-platform-event-store';
import { PlatformConsumerOffset1790000000100 } from './control/1790000000100-platform-consumer-offset';
import { PlatformLease1790000000200 } from './control/1790000000200-platform-lease';
import { HttpIdempotencyKey1790000001000 } from './control/1790000001000-http-idempotency-key';
import { TiersTier1790000001100 } from './control/1790000001100-tiers-tier';
import { TargetsList1790000001200 } from './control/1790000001200-targets-list';
import { IdentityAccounts1790000001300 } from './control/1790000001300-identity-accounts';
import { AgentsInventory1790000001400 } from './control/1790000001400-agents-inventory';
import { AssignmentFeed1790000001500 } from './control/1790000001500-assignment-feed';
import { OperationsHealth1790000041000 } from './control/1790000041000-operations-health';
import { AgentsLifeCycle1790000052000 } from './control/1790000052000-agents-life-cycle';
import { AssignmentLiveness1790000056000 } from './control/1790000056000-assignment-liveness';
import { AssignmentRefusedKeys1790000056100 } from './control/1790000056100-assignment-refused-keys';
import { AssignmentMoves1790000061000 } from './control/1790000061000-assignment-moves';
import { TiersRemoval1790000072000 } from './control/1790000072000-tiers-removal';
import { TargetsSearch1790000065000 } from './control/1790000065000-targets-search';
import { TargetsSearchTriggers1790000065100 } from './control/1790000065100-targets-search-triggers';
import { TargetsListVacuum1790000065200 } from './control/1790000065200-targets-list-vacuum';
import { TargetsMembers1790000070000 } from './control/1790000070000-targets-members';
import { AssignmentPaused1790000070100 } from './control/1790000070100-assignment-paused';
import { AssignmentCapacity1790000073000 } from './control/1790000073000-assignment-capacity';
import { TargetsVersions1790000074000 } from './control/1790000074000-targets-versions';
import { TargetsBulkJobs1790000071000 } from './control/1790000071000-targets-bulk-jobs';
import { TargetsWithParents1790000071100 } from './control/1790000071100-targets-with-parents';
import { TargetsSearchText1790000071200 } from './control/1790000071200-targets-search-text';
import { TiersVersions1790000074100 } from './control/1790000074100-tiers-versions';
import { EventKeys1790000070200 } from './control/1790000070200-event-keys';
import { TargetsSavedView1790000075000 } from './control/1790000075000-targets-saved-view';
import { AssignmentRules1790000076400 } from './control/1790000076400-assignment-rules';
import { EventCursorCategory1790000076200 } from './control/1790000076200-event-cursor-category';
import { IdentityScopes1790000085000 } from './control/1790000085000-identity-scopes';
import { TargetsImport1790000081000 } from './control/1790000081000-targets-import';
import { TargetsInventorySources1790000089500 } from './control/1790000089500-targets-inventory-sources';
import { TargetsImportBounds1790000082000 } from './control/1790000082000-targets-import-bounds';
import { TargetsImportVersion1790000084200 } from './control/1790000084200-targets-import-version';
import { EventAudit1790000088000 } from './control/1790000088000-event-audit';
import { AssignmentInterval1790000075100 } from './control/1790000075100-assignment-interval';
import { TargetsTags1790000076000 } from './control/1790000076000-targets-tags';
import { AssignmentOutdated1790000077200 } from './control/1790000077200-assignment-outdated';
import { AgentsDescription1790000077000 } from './control/1790000077000-agents-description';
import { TargetsTagsTriggers1790000077500 } from './control/1790000077500-targets-tags-triggers';
import { IdentityAccess1790000054000 } from './control/1790000054000-identity-access';
import { IdentityUsers1790000076300 } from './control/1790000076300-identity-users';
import { IdentityKeyPermissions1790000077100 } from './control/1790000077100-identity-key-permissions';
import { IdentitySingleSignOn1790000088100 } from './control/1790000088100-identity-single-sign-on';
import { AgentsDrainJobs1790000091000 } from './control/1790000091000-agents-drain-jobs';
import { AgentsDrainLooked1790000092000 } from './control/1790000092000-agents-drain-looked';
import { TargetsBulkScopes1790000094000 } from './control/1790000094000-targets-bulk-scopes';
import { AssignmentAnswer1790000096000 } from './control/1790000096000-assignment-answer';
import { Commands1790000102000 } from './control/1790000102000-commands';
import { PathsAsNumbers1790000115000 } from './control/1790000115000-paths-as-numbers';
import { AgentsAnchors1790000107000 } from './control/1790000107000-agents-anchors';
import { AssignmentAgentAnchors1790000107100 } from './control/1790000107100-assignment-agent-anchors';
import { CommandAddress1790000112000 } from './control/1790000112000-command-address';
import { CommandsTraces1790000114000 } from './control/1790000114000-commands-traces';
import { IdentitySecondFactor1790000086300 } from './control/1790000086300-identity-second-factor';
import { Maintenance1790000120000 } from './control/1790000120000-maintenance';
import { MaintenanceCalendar1790000132000 } from './control/1790000132000-maintenance-calendar';
import { MaintenanceRecords1790000134000 } from './control/1790000134000-maintenance-records';
import { MaintenanceNotices1790000124000 } from './control/1790000124000-maintenance-notices';
import { BaselinesJobs1790000131500 } from './control/1790000131500-baselines-jobs';
import { MaintenanceNext1790000133000 } from './control/1790000133000-maintenance-next';
import { OperationsDetailKinds1790000122000 } from './control/1790000122000-operations-detail-kinds';
import { AgentsUncountedNotice1790000051001 } from './control/1790000051001-agents-uncounted-notice';

/** Migrations of the control database, applied in the order of their timestamps. */
export const CONTROL_MIGRATIONS: readonly MigrationClass[] = [
  PlatformEventStore1790000000000,
  PlatformConsumerOffset1790000000100,
  PlatformLease1790000000200,
  HttpIdempotencyKey1790000001000,
  TiersTier1790000001100,
  TargetsList1790000001200,
  IdentityAccounts1790000001300,
  AgentsInventory1790000001400,
  AssignmentFeed1790000001500,
  OperationsHealth1790000041000,
  AgentsUncountedNotice1790000051001,
  AgentsLifeCycle1790000052000,
  IdentityAccess1790000054000,
  AssignmentLiveness1790000056000,
  AssignmentRefusedKeys1790000056100,
  AssignmentMoves1790000061000,
  TargetsSearch1790000065000,
  TargetsSearchTriggers1790000065100,
  TargetsListVacuum1790000065200,
  TargetsMembers1790000070000,
  AssignmentPaused1790000070100,
  AssignmentCapacity1790000073000,
  EventKeys1790000070200,
  TargetsVersions1790000074000,
  TiersVersions1790000074100,
  TiersRemoval1790000072000,
  TargetsBulkJobs1790000071000,
  TargetsWithParents1790000071100,
  TargetsSearchText1790000071200,
  TargetsSavedView1790000075000,
  AssignmentInterval1790000075100,
  TargetsTags1790000076000,
  EventCursorCategory1790000076200,
  IdentityUsers1790000076300,
  AgentsDescription1790000077000,
  AssignmentRules1790000076400,
  IdentityKeyPermissions1790000077100,
  TargetsTagsTriggers1790000077500,
  AssignmentOutdated1790000077200,
  TargetsImport1790000081000,
  TargetsImportBounds1790000082000,
  TargetsImportVersion1790000084200,
  IdentityScopes1790000085000,
  IdentitySecondFactor1790000086300,
  EventAudit1790000088000,
  IdentitySingleSignOn1790000088100,
  TargetsInventorySources1790000089500,
  AgentsDrainJobs1790000091000,
  AgentsDrainLooked1790000092000,
  TargetsBulkScopes1790000094000,
  AssignmentAnswer1790000096000,
  Commands1790000102000,
  AgentsAnchors1790000107000,
  AssignmentAgentAnchors1790000107100,
  CommandAddress1790000112000,
  CommandsTraces1790000114000,
  PathsAsNumbers1790000115000,
  Maintenance1790000120000,
  OperationsDetailKinds1790000122000,
  MaintenanceNotices1790000124000,
  BaselinesJobs1790000131500,
  MaintenanceCalendar1790000132000,
  MaintenanceNext1790000133000,
  MaintenanceRecords1790000134000,
];
