import { AgentDirectory, AgentReports, AgentSites, ReportedExecutors } from '@icmp-mon/agents/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { HealthParts } from '@icmp-mon/platform/health';
import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { type DynamicModule, Module } from '@nestjs/common';
import { ANCHORS_AUDIT } from '../anchors/anchors';
import { AnchorsController } from '../anchors/anchors.controller';
import { ReadAnchorsHandler } from '../anchors/read-anchors';
import { SetAnchorsHandler } from '../anchors/set-anchors';
import { AGENTS_PART } from '../health/agents-health';
import { UNCOUNTED_PART } from '../uncounted/uncounted-health';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from '../agents-api-options';
import { AgentChangesController } from '../agent-changes.controller';
import { AgentShares } from '../agent-shares';
import { AgentsController } from '../agents.controller';
import { ChangeAgentHandler } from '../change-agent';
import { ChangeAgentDescriptionHandler } from '../change-agent-description';
import { CancelDrainJobHandler } from '../drains/cancel-drain-job';
import { DRAIN_JOB_AUDIT } from '../drains/drain-job';
import { DrainsController } from '../drains/drains.controller';
import { ListDrainJobsHandler } from '../drains/list-drain-jobs';
import { ReadDrainJobHandler } from '../drains/read-drain-job';
import { RequestDrainHandler } from '../drains/request-drain';
import { CreateEnrolmentTokenHandler } from '../create-enrolment-token';
import { EnrolmentTokensController } from '../enrolment-tokens.controller';
import { FleetGauge } from '../fleet-gauge';
import { ListAgentsHandler } from '../list-agents';
import { ListEnrolmentTokensHandler } from '../list-enrolment-tokens';
import { ListedAgents } from '../listed-agents';
import { ReadAgentHandler } from '../read-agent';
import { ReadAgentMetricsHandler } from '../read-agent-metrics';
import { StoredAgentDirectory } from '../stored-agent-directory';
import { StoredAgentSites } from '../stored-agent-sites';
import { StoredAgentReports } from '../stored-agent-reports';
import { StoredExecutors } from '../stored-executors';
import { RevokeEnrolmentTokenHandler } from '../revoke-enrolment-token';
import { AGENT_AUDIT, ENROLMENT_TOKEN_AUDIT } from '../agent-audit';

/** Registers the agents' routes for users and services; needs both databases and `HeldTargets`. Exports `AgentDirectory`, `AgentReports`, `AgentSites` and `ReportedExecutors` for the routes of other contexts. */
@Module({})
export class AgentsApiModule {
  static register(options: AgentsApiOptions): DynamicModule {
    return {
      module: AgentsApiModule,
      global: true,
      exports: [AgentDirectory, AgentReports, AgentSites, ReportedExecutors],
      controllers: [
        AgentsController,
        AgentChangesController,
        AnchorsController,
        DrainsController,
        EnrolmentTokensController,
      ],
      providers: [
        { provide: AGENTS_API_OPTIONS, useValue: options },
        {
          provide: AgentReports,
          inject: [TelemetryDatabase, Messaging],
          useFactory: (telemetry: TelemetryDatabase, messaging: Messaging): AgentReports =>
            new StoredAgentReports(telemetry, messaging),
        },
        { provide: AgentDirectory, useClass: StoredAgentDirectory },
        { provide: AgentSites, useClass: StoredAgentSites },
        { provide: ReportedExecutors, useClass: StoredExecutors },
        AgentShares,
        ListedAgents,
        FleetGauge,
        ListAgentsHandler,
        ReadAgentHandler,
        ReadAgentMetricsHandler,
        ChangeAgentHandler,
        ChangeAgentDescriptionHandler,
        CreateEnrolmentTokenHandler,
        ListEnrolmentTokensHandler,
        RevokeEnrolmentTokenHandler,
        RequestDrainHandler,
        CancelDrainJobHandler,
        ListDrainJobsHandler,
        ReadDrainJobHandler,
        SetAnchorsHandler,
        ReadAnchorsHandler,
      ],
    };
  }

  constructor(parts: HealthParts, audited: AuditedCategories) {
    parts.plug(AGENTS_PART, UNCOUNTED_PART);
    audited.plug(AGENT_AUDIT, ANCHORS_AUDIT, DRAIN_JOB_AUDIT, ENROLMENT_TOKEN_AUDIT);
  }
}
