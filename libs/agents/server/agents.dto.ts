import {
  AGENT_CONNECTIONS,
  AGENT_STATES,
  type AgentConnection,
  type AgentProcess,
  type AgentShare,
  type AgentState,
  type AgentView,
  type OperatorField,
} from '@icmp-mon/agents/contract';
import { MayBeAbsent } from '@icmp-mon/platform/http';
import { UNCOUNTED_REASONS, type UncountedReason, type UncountedResults } from '@icmp-mon/probing/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { AgentTelemetryResponse } from './telemetry.dto';

/** Parameter of the routes below one agent. */
export const AGENT_PARAMETER = { name: 'id', description: 'Id of the agent.' } as const;

export const CAPACITY = {
  ...({ type: 'integer', nullable: true } as const),
  description: 'Maximum packets per second that an operator set; null means that only its policy file limits it.',
};
export const SET_BY_OPERATOR = {
  ...{ type: [String] as [typeof String], example: ['region', 'tags.site'] },
  description: "Parts of the description that an operator or a token set; the agent's own settings do not change them.",
};

export class UncountedResultsResponse implements UncountedResults {
  @ApiProperty({ enum: UNCOUNTED_REASONS, description: 'Why the results were not counted as the agent sent them.' })
  reason!: UncountedReason;
  @ApiProperty() results!: number;
  @ApiProperty({ format: 'date-time' }) lastAt!: string;
}

export class AgentProcessResponse implements AgentProcess {
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty({ format: 'date-time' }) firstSeenAt!: string;
  @ApiProperty({ format: 'date-time' }) lastSeenAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Peer address as the gateway saw it.' }) peer!:
    string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Host name of the machine.' }) host!: string | null;
}

export class AgentShareResponse implements AgentShare {
  @ApiProperty() assigned!: number;
  @ApiProperty({
    description: 'Refused by its policy file: assigned to other agents, or still to this one if all refuse.',
  })
  refused!: number;
  @ApiProperty({ description: 'Have a result within three intervals.' }) measured!: number;
  @ApiProperty({ description: 'Newly assigned, without a verdict yet.' }) warming!: number;
  @ApiProperty({ description: 'Assigned and not refused, but without a result within three intervals.' })
  silent!: number;
  @ApiProperty({
    description: 'Packets per second that the assigned targets cost, without targets that every agent refuses.',
  })
  assignedPps!: number;
  @ApiProperty({
    ...{ type: Number, nullable: true },
    description:
      "Packets per second that may be assigned to it: the lower of the operator's limit and its policy file's.",
  })
  capacityPps!: number | null;
}

class OutdatedResponse {
  @ApiProperty({ format: 'date-time' }) since!: string;
  @ApiProperty({ example: '0.2.0', description: 'Minimum version.' }) versionMin!: string;
}

export class AgentResponse implements AgentView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) tags!: Record<string, string>;
  @ApiProperty(CAPACITY) capacityPps!: number | null;
  @ApiProperty(SET_BY_OPERATOR) setByOperator!: OperatorField[];
  @ApiProperty({ format: 'date-time' }) enrolledAt!: string;
  @ApiProperty({ format: 'date-time' }) certificateNotAfter!: string;
  @ApiProperty({ enum: AGENT_STATES }) state!: AgentState;
  @ApiProperty({ format: 'date-time' }) stateSince!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Reason that the operator gave.' })
  stateReason!: string | null;
  @ApiProperty({ description: 'Whether the agent is retired once it holds no targets and has shipped its spool.' })
  thenRetire!: boolean;
  @ApiProperty({
    ...{ type: String, format: 'date-time', nullable: true },
    description: 'When two processes with the same key were last detected.',
  })
  cloneSuspectedAt!: string | null;
  @ApiProperty({
    enum: AGENT_CONNECTIONS,
    description: 'Derived from the age of the last report; `unknown` while reports are not being consumed.',
  })
  connection!: AgentConnection;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastSeenAt!: string | null;
  @ApiProperty({ description: 'As counted by the agent.' }) assignedTargets!: number;
  @ApiPropertyOptional({
    ...{ type: AgentShareResponse, nullable: true },
    description: 'Its targets as counted by the control plane; null while the count cannot be read.',
  })
  share?: AgentShareResponse | null;
  @ApiPropertyOptional({
    ...{ type: OutdatedResponse, nullable: true },
    description: 'Set while its version is below the minimum: targets registered since then prefer other ready agents.',
  })
  outdated?: OutdatedResponse | null;
  @ApiProperty({ type: AgentTelemetryResponse, nullable: true }) telemetry!: AgentTelemetryResponse | null;
  @ApiProperty({
    type: [UncountedResultsResponse],
    description: 'Results of the last 24 hours that were not counted as the agent sent them, largest number first.',
  })
  uncounted!: UncountedResultsResponse[];
  @ApiProperty({
    type: [AgentProcessResponse],
    description: 'Processes that currently report under this identity if there is more than one; otherwise empty.',
  })
  sharedBy!: AgentProcessResponse[];
  @ApiProperty() version!: number;
}

export class ListAgentsRequest {
  @ApiPropertyOptional({
    enum: AGENT_STATES,
    description: 'Only agents in this state; unless set, all except retired ones.',
  })
  @MayBeAbsent()
  @IsIn(AGENT_STATES)
  state?: AgentState;
}

export class AgentListResponse {
  @ApiProperty({ type: [AgentResponse] }) items!: AgentResponse[];
}
