import { KnownAgents, RenewCertificate } from '@icmp-mon/agents/server';
import { AssignmentUpdates } from '@icmp-mon/assignment/server';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { MemoryBudget } from '../request-body';
import { ResultsIntake } from '../results/results-intake';
import { AgentRequestRate, AgentRequestRateGuard } from './agent-request-rate.guard';
import { AgentCertificateGuard } from './agent-certificate.guard';
import { AssignmentsController } from './assignments.controller';
import { CertificateController } from './certificate.controller';
import { AgentByteRate, ResultsController } from './results.controller';
import { TelemetryController } from './telemetry.controller';

export interface AgentsListenerParts {
  knownAgents: KnownAgents;
  renewals: RenewCertificate;
  updates: AssignmentUpdates;
  messaging: Messaging;
  intake: ResultsIntake;
  memory: MemoryBudget;
  byteRate: AgentByteRate;
  requestRate: AgentRequestRate;
}

/** Routes for agents that have a certificate. The parts are shared with the rest of the process, so they come ready-made. */
@Module({})
export class AgentsListenerModule {
  static with(parts: AgentsListenerParts): DynamicModule {
    return {
      module: AgentsListenerModule,
      controllers: [ResultsController, AssignmentsController, TelemetryController, CertificateController],
      providers: [
        AgentCertificateGuard,
        AgentRequestRateGuard,
        { provide: KnownAgents, useValue: parts.knownAgents },
        { provide: RenewCertificate, useValue: parts.renewals },
        { provide: AssignmentUpdates, useValue: parts.updates },
        { provide: Messaging, useValue: parts.messaging },
        { provide: ResultsIntake, useValue: parts.intake },
        { provide: MemoryBudget, useValue: parts.memory },
        { provide: AgentByteRate, useValue: parts.byteRate },
        { provide: AgentRequestRate, useValue: parts.requestRate },
      ],
    };
  }
}
