import { AgentReports } from '@icmp-mon/agents/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { ReadAgentMetrics } from './agent-metrics';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from './agents-api-options';
import { AgentChangesController } from './agent-changes.controller';
import { AgentShares } from './agent-shares';
import { AgentsController } from './agents.controller';
import { ChangeAgent } from './change-agent';
import { CreateEnrolmentToken } from './create-enrolment-token';
import { EnrolmentTokensController } from './enrolment-tokens.controller';
import { FleetGauge } from './fleet-gauge';
import { ListAgents } from './list-agents';
import { ListEnrolmentTokens } from './list-enrolment-tokens';
import { StoredAgentReports } from './stored-agent-reports';
import { RevokeEnrolmentToken } from './revoke-enrolment-token';

/** Routes about agents for people and services; needs both databases. Provides `AgentReports` to the routes of other contexts. */
@Module({})
export class AgentsApiModule {
  static register(options: AgentsApiOptions): DynamicModule {
    return {
      module: AgentsApiModule,
      global: true,
      exports: [AgentReports],
      controllers: [AgentsController, AgentChangesController, EnrolmentTokensController],
      providers: [
        { provide: AGENTS_API_OPTIONS, useValue: options },
        {
          provide: AgentReports,
          inject: [TelemetryDatabase, Messaging],
          useFactory: (telemetry: TelemetryDatabase, messaging: Messaging): AgentReports =>
            new StoredAgentReports(telemetry, messaging),
        },
        AgentShares,
        ListAgents,
        ReadAgentMetrics,
        FleetGauge,
        ChangeAgent,
        CreateEnrolmentToken,
        ListEnrolmentTokens,
        RevokeEnrolmentToken,
      ],
    };
  }
}
