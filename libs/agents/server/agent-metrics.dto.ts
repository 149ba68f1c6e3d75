import type { AgentMetricPoint, AgentMetrics } from '@icmp-mon/agents/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const MAYBE = { type: Number, nullable: true } as const;

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
  @ApiProperty({ ...MAYBE, description: 'Longest delay of a probe in a minute. Null: not reported or not stored.' })
  lateMs!: number | null;
  @ApiProperty({ ...MAYBE, description: 'Probes without a result. Null: not reported or not stored.' })
  unmeasuredPerS!: number | null;
  @ApiProperty({ ...MAYBE, description: 'Results that the agent dropped since its process started. Null: not stored.' })
  droppedResults!: number | null;
}

export class AgentMetricsResponse implements AgentMetrics {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty({ type: [AgentMetricPointResponse] }) points!: AgentMetricPointResponse[];
}

export class ReadAgentMetricsRequest {
  @ApiPropertyOptional({
    description: 'Start, inclusive: ISO 8601, or now-6h.',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({
    description: 'End, exclusive: ISO 8601, now, or now-1h.',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;
}
