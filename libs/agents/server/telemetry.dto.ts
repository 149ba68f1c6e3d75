import {
  type AgentTelemetry,
  type AgentTraces,
  ANCHOR_STATES,
  type AnchorReport,
  type AnchorState,
  CONFIRMING_COUNTS,
  EXECUTOR_STATES,
  type ExecutorHealth,
  NOT_BELIEVED_REASONS,
  POLICY_REFUSALS,
  type PolicyFault,
  TRACE_DROP_REASONS,
  UNMEASURED_REASONS,
} from '@icmp-mon/agents/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

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

export class AnchorReportResponse implements AnchorReport {
  @ApiProperty({ example: '192.0.2.1' }) ip!: string;
  @ApiProperty({ enum: ANCHOR_STATES, description: 'Newer agents may report other states.' }) state!: AnchorState;
  @ApiPropertyOptional({ description: 'Of the last reply.' }) rttUs?: number;
  @ApiPropertyOptional({ format: 'date-time', description: "Time of the last reply by the agent's clock." })
  lastReplyAt?: string;
}

export class AgentTracesResponse implements AgentTraces {
  @ApiProperty({ description: "Automatic traces since the agent's start." }) made!: number;
  @ApiProperty({ description: 'Targets that went bad and wait for their trace.' }) waiting!: number;
  @ApiProperty({ description: 'Traces that were made and are not uploaded yet.' }) spooled!: number;
  @ApiProperty({
    ...{ type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, example: { sample: 12 } },
    description: `Missing traces since the agent's start, by reason: ${TRACE_DROP_REASONS.join(', ')}.`,
  })
  dropped!: Record<string, number>;
  @ApiProperty({
    ...{ type: 'number', nullable: true },
    description: 'Days in which each target that answers is traced once; null if none is.',
  })
  roundDays!: number | null;
  @ApiProperty({
    ...{ type: 'string', nullable: true },
    description: 'Why no trace is made: installation, policy, uplink, mtr, full; null otherwise.',
  })
  paused!: string | null;
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
  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, example: { foreign_reply: 12 } },
    description: `Number of these in the last minute, by reason: ${UNMEASURED_REASONS.join(', ')}. Newer agents may report others.`,
  })
  unmeasured?: Record<string, number>;
  @ApiPropertyOptional({ description: "Time from the agent's start until the gateway accepted its first result." })
  firstResultAfterMs?: number;
  @ApiProperty({ type: [ExecutorResponse] }) executors!: ExecutorResponse[];
  @ApiPropertyOptional({ description: 'Host name of the machine.' }) host?: string;
  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, example: { late_reply: 3 } },
    description: `Measurements not believed since the agent's start, by reason: ${NOT_BELIEVED_REASONS.join(', ')}.`,
  })
  notBelieved?: Record<string, number>;
  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'integer', minimum: 0 }, example: { bursts: 5, probes: 9 } },
    description: `Its confirming bursts since its start: ${CONFIRMING_COUNTS.join(', ')}. Newer agents may report others.`,
  })
  confirming?: Record<string, number>;
  @ApiPropertyOptional({
    type: [AnchorReportResponse],
    description: 'State of each anchor; missing from older agents.',
  })
  anchors?: AnchorReportResponse[];
  @ApiPropertyOptional({ type: AgentTracesResponse, description: 'Its traces; missing from older agents.' })
  traces?: AgentTracesResponse;
}
