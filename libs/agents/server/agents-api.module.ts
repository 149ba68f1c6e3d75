import { type DynamicModule, Module } from '@nestjs/common';
import { ReadAgentMetrics } from './agent-metrics';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from './agents-api-options';
import { AgentChangesController } from './agent-changes.controller';
import { AgentsController } from './agents.controller';
import { ChangeAgent } from './change-agent';
import { CreateEnrolmentToken } from './create-enrolment-token';
import { EnrolmentTokensController } from './enrolment-tokens.controller';
import { FleetGauge } from './fleet-gauge';
import { ListAgents } from './list-agents';
import { ListEnrolmentTokens } from './list-enrolment-tokens';
import { RevokeEnrolmentToken } from './revoke-enrolment-token';

/** Routes about agents for people and services; needs both databases. */
@Module({})
export class AgentsApiModule {
  static register(options: AgentsApiOptions): DynamicModule {
    return {
      module: AgentsApiModule,
      controllers: [AgentsController, AgentChangesController, EnrolmentTokensController],
      providers: [
        { provide: AGENTS_API_OPTIONS, useValue: options },
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
