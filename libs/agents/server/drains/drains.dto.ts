import type * as contract from '@icmp-mon/agents/contract';
import {
  AGENT_PLACE_LENGTH_MAX,
  AGENT_TAGS,
  DRAIN_AGENTS_MAX,
  DRAIN_AT_ONCE_MAX,
  DRAIN_JOB_AGENT_STATES,
  DRAIN_JOB_STATES,
  DRAIN_WAIT_S,
  DRAIN_WAIT_S_MAX,
  type DrainJob,
  type DrainJobAgent,
  type DrainJobAgentState,
  type DrainJobState,
} from '@icmp-mon/agents/contract';
import { IsPlainText, IsTags, MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsUUID, Length, Max, Min } from 'class-validator';
import { ChangeAgentRequest } from '../agent-changes.dto';

const INSTANT = { type: 'string', format: 'date-time' } as const;

export class DrainAgentsRequest extends ChangeAgentRequest implements contract.DrainAgentsRequest {
  @ApiPropertyOptional({
    ...{ type: [String], minItems: 1, maxItems: DRAIN_AGENTS_MAX, items: { type: 'string', format: 'uuid' } },
    description: 'Only these agents; all in service unless set.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(DRAIN_AGENTS_MAX)
  @IsUUID(undefined, { each: true })
  agents?: string[];

  @ApiPropertyOptional({ minLength: 1, maxLength: AGENT_PLACE_LENGTH_MAX, description: 'Only agents of this region.' })
  @MayBeAbsent()
  @Length(1, AGENT_PLACE_LENGTH_MAX)
  @IsPlainText()
  region?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: AGENT_PLACE_LENGTH_MAX,
    description: 'Only agents of this provider.',
  })
  @MayBeAbsent()
  @Length(1, AGENT_PLACE_LENGTH_MAX)
  @IsPlainText()
  provider?: string;

  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } },
    description: 'Only agents with these tags.',
  })
  @MayBeAbsent()
  @IsTags(AGENT_TAGS)
  tags?: Record<string, string>;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: DRAIN_AT_ONCE_MAX, default: 1 },
    description: 'Agents that drain at the same time, at most.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(DRAIN_AT_ONCE_MAX)
  atOnce?: number;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: DRAIN_WAIT_S_MAX, default: DRAIN_WAIT_S },
    description: 'Seconds without a moved target after which the job stops.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(DRAIN_WAIT_S_MAX)
  waitS?: number;
}

export class DrainJobAgentResponse implements DrainJobAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: DRAIN_JOB_AGENT_STATES }) state!: DrainJobAgentState;
  @ApiProperty({ type: 'integer', description: 'Targets that it holds.' }) held!: number;
}

export class DrainJobResponse implements DrainJob {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({
    enum: DRAIN_JOB_STATES,
    description:
      'paused: more targets than before are not placed as their tiers ask. stopped: no target moved in time.',
  })
  state!: DrainJobState;
  @ApiProperty({ description: 'Progress as a sentence.' }) progress!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is paused or stopped, and what to do.' }) why!:
    string | null;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty() requestedBy!: string;
  @ApiProperty(INSTANT) requestedAt!: string;
  @ApiProperty({ ...INSTANT, nullable: true }) finishedAt!: string | null;
  @ApiProperty({ type: 'integer' }) atOnce!: number;
  @ApiProperty({ type: 'integer' }) waitS!: number;
  @ApiProperty({ type: [DrainJobAgentResponse] }) agents!: DrainJobAgentResponse[];
}

export class DrainJobListResponse {
  @ApiProperty({ type: [DrainJobResponse], description: 'Unfinished ones first, then the latest; at most 20.' })
  items!: DrainJobResponse[];
}
