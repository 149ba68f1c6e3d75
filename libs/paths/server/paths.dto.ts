import { PATH_LIMITS } from '@icmp-mon/paths/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, IsUUID, Length, Matches, Max, MaxLength, Min } from 'class-validator';

const UUID_LENGTH = 36;
const VRF_LENGTH_MAX = 64;
const LIST = { max: 500, default: 50 } as const;
const AGENT_IDS = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:,[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})*$/;
/** Of an id and its comma, for each agent. */
const AGENT_IDS_LENGTH = PATH_LIMITS.agents * 37;
const TIME = { minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX } as const;

class OfTargetRequest {
  @ApiPropertyOptional({
    description: 'Required when the address exists in several VRFs.',
    minLength: 1,
    maxLength: VRF_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;
}

export class ReadPathRequest extends OfTargetRequest {
  @ApiPropertyOptional({ ...TIME, description: 'At this time: ISO 8601, now, or now-6h.', default: 'now' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  at?: string;

  @ApiPropertyOptional({
    description: `Only of these agents: up to ${PATH_LIMITS.agents} ids, separated by commas.`,
    pattern: AGENT_IDS.source,
    maxLength: AGENT_IDS_LENGTH,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(AGENT_IDS_LENGTH)
  @Matches(AGENT_IDS, { message: 'agents must be ids of agents, separated by commas' })
  agents?: string;
}

export class ListPathChangesRequest extends OfTargetRequest {
  @ApiPropertyOptional({ minimum: 1, maximum: LIST.max, default: LIST.default, description: 'Items per page.' })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LIST.max)
  limit: number = LIST.default;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;

  @ApiPropertyOptional({ ...TIME, description: 'From this time on: ISO 8601, or now-6h.', example: 'now-7d' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({ ...TIME, description: 'Before this time: ISO 8601, now, or now-1h.', example: 'now' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;
}

export class ListTracesRequest extends ListPathChangesRequest {
  @ApiPropertyOptional({
    format: 'uuid',
    minLength: UUID_LENGTH,
    maxLength: UUID_LENGTH,
    description: 'Only of this agent.',
  })
  @MayBeAbsent()
  @IsUUID()
  agent?: string;
}
