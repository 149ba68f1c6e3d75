import { DescribeAgent, RenewCertificate, UncountedNotices } from '@icmp-mon/agents/server';
import { AssignmentUpdates } from '@icmp-mon/assignment/server';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { AgentAdmission } from './agent-admission';
import { AgentGuard } from './agent.guard';
import { AssignmentsController } from './assignments.controller';
import { CertificateController } from './certificate.controller';
import { DescriptionController } from './description.controller';
import { PolicyController } from './policy.controller';
import { TelemetryController } from './telemetry.controller';

export interface AgentsListenerParts {
  admission: AgentAdmission;
  renewals: RenewCertificate;
  descriptions: DescribeAgent;
  updates: AssignmentUpdates;
  messaging: Messaging;
  clock: DatabaseClock;
  notices: UncountedNotices;
}

/** Routes for agents that have a certificate. The parts are shared with the rest of the process, so they come ready-made. */
@Module({})
export class AgentsListenerModule {
  static with(parts: AgentsListenerParts): DynamicModule {
    return {
      module: AgentsListenerModule,
      controllers: [
        AssignmentsController,
        TelemetryController,
        PolicyController,
        CertificateController,
        DescriptionController,
      ],
      providers: [
        AgentGuard,
        { provide: AgentAdmission, useValue: parts.admission },
        { provide: RenewCertificate, useValue: parts.renewals },
        { provide: DescribeAgent, useValue: parts.descriptions },
        { provide: AssignmentUpdates, useValue: parts.updates },
        { provide: Messaging, useValue: parts.messaging },
        { provide: DatabaseClock, useValue: parts.clock },
        { provide: UncountedNotices, useValue: parts.notices },
      ],
    };
  }
}
