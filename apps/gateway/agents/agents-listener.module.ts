import type { TraceSettings } from '@icmp-mon/agents/contract';
import {
  CertificateAuthority,
  DeliveredAnchors,
  DeliveredTraceSettings,
  DescribeAgentHandler,
  ReadableDetails,
  RenewCertificateHandler,
  ReportPolicyHandler,
  ReportTelemetryHandler,
  UncountedNotices,
} from '@icmp-mon/agents/server';
import { AssignmentUpdates, NextAssignmentsHandler, ReadReportableTargetsHandler } from '@icmp-mon/assignment/server';
import {
  CommandUpdates,
  NextCommandOrdersHandler,
  ReadTracedTargetsHandler,
  ReportCommandsHandler,
} from '@icmp-mon/commands/server';
import { ControlDatabase, DatabaseClock } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { Messaging } from '@icmp-mon/platform/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ReportTracesHandler } from '../traces/report-traces';
import { TracesController } from '../traces/traces.controller';
import { AgentAdmission } from './agent-admission';
import { AgentGuard } from './agent.guard';
import { AssignmentsController } from './assignments.controller';
import { CertificateController } from './certificate.controller';
import { CommandsController } from './commands.controller';
import { DescriptionController } from './description.controller';
import { PolicyController } from './policy.controller';
import { TelemetryController } from './telemetry.controller';

export interface AgentsListenerParts {
  admission: AgentAdmission;
  authority: CertificateAuthority;
  database: ControlDatabase;
  updates: AssignmentUpdates;
  commands: CommandUpdates;
  messaging: Messaging;
  clock: DatabaseClock;
  traces: TraceSettings;
  details: ReadableDetails;
}

/** Routes for agents with a certificate. The parts are shared with the rest of the process, so they are passed in. */
@Module({})
export class AgentsListenerModule {
  static with(parts: AgentsListenerParts): DynamicModule {
    return {
      module: AgentsListenerModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        AssignmentsController,
        TelemetryController,
        PolicyController,
        CertificateController,
        CommandsController,
        DescriptionController,
        TracesController,
      ],
      providers: [
        AgentGuard,
        { provide: AgentAdmission, useValue: parts.admission },
        { provide: CertificateAuthority, useValue: parts.authority },
        { provide: ControlDatabase, useValue: parts.database },
        { provide: AssignmentUpdates, useValue: parts.updates },
        { provide: CommandUpdates, useValue: parts.commands },
        { provide: Messaging, useValue: parts.messaging },
        { provide: DatabaseClock, useValue: parts.clock },
        EventStore,
        UncountedNotices,
        DeliveredAnchors,
        { provide: DeliveredTraceSettings, useValue: new DeliveredTraceSettings(parts.traces) },
        { provide: ReadableDetails, useValue: parts.details },
        DescribeAgentHandler,
        RenewCertificateHandler,
        ReportPolicyHandler,
        ReportTelemetryHandler,
        NextAssignmentsHandler,
        NextCommandOrdersHandler,
        ReportCommandsHandler,
        ReadReportableTargetsHandler,
        ReadTracedTargetsHandler,
        ReportTracesHandler,
      ],
    };
  }
}
