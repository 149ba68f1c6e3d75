import type * as contract from '@icmp-mon/agents/contract';
import {
  AGENT_STATES,
  EXECUTOR_STATES,
  REASON_LENGTH_MAX,
  AGENT_CONNECTIONS,
  type AgentConnection,
  type AgentMetricPoint,
  type AgentMetrics,
  type AgentShare,
  type AgentState,
  type AgentTelemetry,
  type AgentView,
  type ChangedAgent,
  type ExecutorHealth,
  type AgentProcess,
} from '@icmp-mon/agents/contract';
import { IsPlainText, MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { UNCOUNTED_REASONS, type UncountedReason, type UncountedResults } from '@icmp-mon/probing/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length } from 'class-validator';

/** The contract's types as the OpenAPI document shows them. */
/** Of routes below an agent. */
export const AGENT_PARAMETER = { name: 'id', description: 'Id of the agent.' } as const;

export class ExecutorResponse implements ExecutorHealth {
  @ApiProperty({ example: 'icmp_ping' }) type!: string;
  @ApiProperty({ enum: [...EXECUTOR_STATES], description: 'Newer agents may report others.' })
  state!: ExecutorHealth['state'];
  @ApiProperty({ description: 'A sentence for the operator.' }) detail!: string;
  @ApiPropertyOptional({ description: 'Of the program it runs.', example: '5.1' }) version?: string;
}

export class AgentTelemetryResponse implements AgentTelemetry {
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty() agentVersion!: string;
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty() assignmentVersion!: number;
  @ApiProperty() targets!: number;
  @ApiProperty() probesPerS!: number;
  @ApiProperty() resultsPerS!: number;
  @ApiProperty({ description: 'Of the agent itself, in cores.' }) cpuCores!: number;
  @ApiProperty({ description: 'Of the programs it runs, in cores.' }) executorCpuCores!: number;
  @ApiProperty() rssBytes!: number;
  @ApiProperty() spoolBlocks!: number;
  @ApiProperty() spoolBytes!: number;
  @ApiPropertyOptional({ description: 'How much the spool may hold.' }) spoolBytesMax?: number;
  @ApiProperty() spoolOldestS!: number;
  @ApiProperty() spoolQuarantined!: number;
  @ApiProperty() droppedResults!: number;
  @ApiProperty() notSentPerS!: number;
  @ApiProperty({ description: "Agent's clock minus the gateway's." }) clockOffsetMs!: number;
  @ApiProperty() policyRefusedTargets!: number;
  @ApiPropertyOptional({
    ...{ type: 'object', properties: { name: { type: 'string' }, region: { type: 'string' } } },
    additionalProperties: false,
    description: 'Name and region of its settings where they are not those in force.',
  })
  configured?: { name: string; region: string };
  @ApiPropertyOptional({ description: 'The longest delay of probing in the last minute, in ms.' }) lateMs?: number;
  @ApiPropertyOptional({ description: 'Probes of the last minute that were due and have no result.' })
  unmeasuredPerS?: number;
  @ApiPropertyOptional({ description: 'From the start of the agent until the gateway had its first result.' })
  firstResultAfterMs?: number;
  @ApiProperty({ type: [ExecutorResponse] }) executors!: ExecutorResponse[];
  @ApiPropertyOptional({ description: 'Name of the machine.' }) host?: string;
}

export class UncountedResultsResponse implements UncountedResults {
  @ApiProperty({ enum: UNCOUNTED_REASONS, description: 'Why they are not counted as the agent meant.' })
  reason!: UncountedReason;
  @ApiProperty() results!: number;
  @ApiProperty({ format: 'date-time' }) lastAt!: string;
}

export class AgentProcessResponse implements AgentProcess {
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty({ format: 'date-time' }) firstSeenAt!: string;
  @ApiProperty({ format: 'date-time' }) lastSeenAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Address that the gateway saw.' }) peer!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Name of the machine.' }) host!: string | null;
}

export class AgentShareResponse implements AgentShare {
  @ApiProperty() assigned!: number;
  @ApiProperty({ description: 'Kept from it by its policy file: with other agents, or with it where all refuse.' })
  refused!: number;
  @ApiProperty({ description: 'Measured within three intervals.' }) measured!: number;
  @ApiProperty({ description: 'Newly assigned, and not judged yet.' }) warming!: number;
  @ApiProperty({ description: 'Assigned, not refused, and nothing was measured within three intervals.' })
  silent!: number;
}

export class AgentResponse implements AgentView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) tags!: Record<string, string>;
  @ApiProperty({ format: 'date-time' }) enrolledAt!: string;
  @ApiProperty({ format: 'date-time' }) certificateNotAfter!: string;
  @ApiProperty({ enum: AGENT_STATES }) state!: AgentState;
  @ApiProperty({ format: 'date-time' }) stateSince!: string;
  @ApiProperty({ type: String, nullable: true, description: 'What the operator gave as the reason.' })
  stateReason!: string | null;
  @ApiProperty({ description: 'Draining, and retired once it holds no targets and has shipped its spool.' })
  thenRetire!: boolean;
  @ApiProperty({
    ...{ type: String, format: 'date-time', nullable: true },
    description: 'When two processes with the same key were last noticed.',
  })
  cloneSuspectedAt!: string | null;
  @ApiProperty({
    enum: AGENT_CONNECTIONS,
    description: 'By the age of the last report; `unknown` while reports are not being read.',
  })
  connection!: AgentConnection;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastSeenAt!: string | null;
  @ApiProperty({ description: 'By its own count.' }) assignedTargets!: number;
  @ApiPropertyOptional({
    ...{ type: AgentShareResponse, nullable: true },
    description: "Its targets by the control plane's count; null while they cannot be counted.",
  })
  share?: AgentShareResponse | null;
  @ApiProperty({ type: AgentTelemetryResponse, nullable: true }) telemetry!: AgentTelemetryResponse | null;
  @ApiProperty({
    type: [UncountedResultsResponse],
    description: 'Results of the last 24 hours that were not counted as the agent meant, the most first.',
  })
  uncounted!: UncountedResultsResponse[];
  @ApiProperty({
    type: [AgentProcessResponse],
    description: 'The processes that report under this identity now, if there are several.',
  })
  sharedBy!: AgentProcessResponse[];
  @ApiProperty() version!: number;
}

export class ListAgentsRequest {
  @ApiPropertyOptional({
    enum: AGENT_STATES,
    description: 'Only agents in this state; all but retired ones unless set.',
  })
  @MayBeAbsent()
  @IsIn(AGENT_STATES)
  state?: AgentState;
}

export class ChangeAgentRequest implements contract.ChangeAgentRequest {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: REASON_LENGTH_MAX,
    description: 'For the audit, and for those who look at the agent later.',
  })
  @MayBeAbsent()
  @Length(1, REASON_LENGTH_MAX)
  @IsPlainText()
  reason?: string;
}

export class RetireAgentRequest extends ChangeAgentRequest {
  @ApiPropertyOptional({ default: false, description: 'At once, without waiting for its targets and its spool.' })
  @MayBeAbsent()
  @IsBoolean()
  force?: boolean;
}

export class ChangedAgentResponse implements ChangedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: AGENT_STATES }) state!: AgentState;
  @ApiProperty() thenRetire!: boolean;
  @ApiProperty() version!: number;
}

export class AgentListResponse {
  @ApiProperty({ type: [AgentResponse] }) items!: AgentResponse[];
}

export class AgentMetricPointResponse implements AgentMetricPoint {
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty() probesPerS!: number;
  @ApiProperty() resultsPerS!: number;
  @ApiProperty() cpuCores!: number;
  @ApiProperty() executorCpuCores!: number;
  @ApiProperty() rssBytes!: number;
  @ApiProperty() spoolBlocks!: number;
  @ApiProperty() spoolOldestS!: number;
  @ApiProperty() clockOffsetMs!: number;
}

export class AgentMetricsResponse implements AgentMetrics {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty({ type: [AgentMetricPointResponse] }) points!: AgentMetricPointResponse[];
}

export class ReadAgentMetricsRequest {
  @ApiPropertyOptional({
    description: 'From this time on: ISO 8601, or now-6h.',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({
    description: 'Before this time: ISO 8601, now, or now-1h.',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;
}
