import type { AgentMetricPoint, AgentMetrics } from '@icmp-mon/agents/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

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
