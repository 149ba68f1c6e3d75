import {
  AGENT_CONNECTIONS,
  AGENT_STATES,
  type AgentConnection,
  type AgentProcess,
  type AgentShare,
  type AgentState,
  type AgentTelemetry,
  type AgentView,
  EXECUTOR_STATES,
  type ExecutorHealth,
  type OperatorField,
  POLICY_REFUSALS,
  type PolicyFault,
} from '@icmp-mon/agents/contract';
import { MayBeAbsent } from '@icmp-mon/platform/http';
import { UNCOUNTED_REASONS, type UncountedReason, type UncountedResults } from '@icmp-mon/probing/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

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

export class ExecutorResponse implements ExecutorHealth {
  @ApiProperty({ example: 'icmp_ping' }) type!: string;
  @ApiProperty({ enum: [...EXECUTOR_STATES], description: 'Newer agents may report other states.' })
  state!: ExecutorHealth['state'];
  @ApiProperty({ description: 'Explanation for the operator.' }) detail!: string;
  @ApiPropertyOptional({ description: 'Version of the program that it runs.', example: '5.1' }) version?: string;
}

export class PolicyFaultResponse implements PolicyFault {
  @ApiProperty({ format: 'date-time' }) since!: string;
  @ApiProperty({ description: 'What is wrong with the file.' }) detail!: string;
}

export class AgentTelemetryResponse implements AgentTelemetry {
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty() agentVersion!: string;
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty() assignmentVersion!: number;
  @ApiProperty() targets!: number;
  @ApiProperty() probesPerS!: number;
  @ApiProperty() resultsPerS!: number;
  @ApiProperty({ description: "CPU of the agent's own process, in cores." }) cpuCores!: number;
  @ApiProperty({ description: 'CPU of its executors, in cores.' }) executorCpuCores!: number;
  @ApiProperty() rssBytes!: number;
  @ApiProperty() spoolBlocks!: number;
  @ApiProperty() spoolBytes!: number;
  @ApiPropertyOptional({ description: 'Maximum size of the spool.' }) spoolBytesMax?: number;
  @ApiProperty() spoolOldestS!: number;
  @ApiProperty() spoolQuarantined!: number;
  @ApiProperty() droppedResults!: number;
  @ApiProperty() notSentPerS!: number;
  @ApiProperty({ description: "The agent's clock minus the gateway's." }) clockOffsetMs!: number;
  @ApiProperty({ description: 'Assigned targets that its policy file refuses.' }) policyRefusedTargets!: number;
  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, example: { not_allowed: 12 } },
    description: `These by reason: ${POLICY_REFUSALS.join(', ')}. Newer agents may report others.`,
  })
  policyRefused?: Record<string, number>;
  @ApiPropertyOptional({
    ...{ type: PolicyFaultResponse },
    description: 'Set while the policy file was changed to one that cannot be used: the previous policy is in force.',
  })
  policyFault?: PolicyFaultResponse;
  @ApiPropertyOptional({
    ...{ type: 'object', properties: { name: { type: 'string' }, region: { type: 'string' } } },
    additionalProperties: false,
    description: "Name and region from the agent's settings if they differ from those in force.",
  })
  configured?: { name: string; region: string };
  @ApiPropertyOptional({ description: 'Longest delay of a probe in the last minute, in ms.' }) lateMs?: number;
  @ApiPropertyOptional({ description: 'Rate of probes that were due in the last minute and have no result.' })
  unmeasuredPerS?: number;
  @ApiPropertyOptional({ description: "Time from the agent's start until the gateway accepted its first result." })
  firstResultAfterMs?: number;
  @ApiProperty({ type: [ExecutorResponse] }) executors!: ExecutorResponse[];
  @ApiPropertyOptional({ description: 'Host name of the machine.' }) host?: string;
}

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
