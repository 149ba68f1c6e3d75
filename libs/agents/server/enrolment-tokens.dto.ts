import type * as contract from '@icmp-mon/agents/contract';
import {
  AGENT_NAME,
  AGENT_NAME_LENGTH_MAX,
  AGENT_PLACE_LENGTH_MAX,
  AGENT_TAGS,
  CAPACITY_PPS_MAX,
  type EnrolmentTokenCreated,
  type EnrolmentTokenState,
  type EnrolmentTokenView,
  type TokenBounds,
} from '@icmp-mon/agents/contract';
import { IsPlainText, IsTags, MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';

export class CreateEnrolmentTokenRequest implements contract.CreateEnrolmentTokenRequest {
  @ApiPropertyOptional({
    description: 'If set, only agents of this region may use the token.',
    minLength: 1,
    maxLength: 64,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 64)
  @IsPlainText()
  region?: string;

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: AGENT_NAME_LENGTH_MAX, pattern: AGENT_NAME.source },
    description:
      'If set, only the agent of this name may use the token, including a machine that replaces the existing one.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, AGENT_NAME_LENGTH_MAX)
  @Matches(AGENT_NAME)
  agentName?: string;

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: AGENT_PLACE_LENGTH_MAX },
    description: 'If set, only agents of this provider may use the token.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, AGENT_PLACE_LENGTH_MAX)
  @IsPlainText()
  provider?: string;

  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } },
    description: 'Tags that the agent gets; an agent whose settings give one of them another value is refused.',
  })
  @MayBeAbsent()
  @IsTags(AGENT_TAGS)
  tags?: Record<string, string>;

  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: CAPACITY_PPS_MAX },
    description: 'Capacity of the agent in packets per second; unless set, only its policy file limits it.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(CAPACITY_PPS_MAX)
  capacityPps?: number;

  @ApiPropertyOptional({
    ...{ default: 1, minimum: 1, maximum: 1_000 },
    description: 'Number of agents that may enrol with the token: 1 for a token that names an agent.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(1_000)
  uses?: number;

  @ApiPropertyOptional({ default: 3_600, minimum: 60, maximum: 86_400 })
  @MayBeAbsent()
  @IsInt()
  @Min(60)
  @Max(86_400)
  validForS?: number;
}

/** Properties of agents that a token fixes. */
class TokenBoundsResponse implements Required<TokenBounds> {
  @ApiProperty({ type: String, nullable: true }) region!: string | null;
  @ApiProperty({ type: String, nullable: true }) agentName!: string | null;
  @ApiProperty({ type: String, nullable: true }) provider!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) tags!: Record<string, string>;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Packets per second.' }) capacityPps!: number | null;
}

export class CreatedEnrolmentTokenResponse extends TokenBoundsResponse implements EnrolmentTokenCreated {
  @ApiProperty() id!: string;
  @ApiProperty({ description: 'Shown only in this response.' }) token!: string;
  @ApiProperty({ format: 'date-time' }) expiresAt!: string;
  @ApiProperty() uses!: number;
  @ApiProperty({ description: "SHA-256 of the CA's certificate, which the agent pins." }) caSha256!: string;
  @ApiProperty() enrolUrl!: string;
}

export class EnrolmentTokenResponse extends TokenBoundsResponse implements EnrolmentTokenView {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['usable', 'spent', 'expired', 'revoked'] }) state!: EnrolmentTokenState;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'User that created the token; null for a token of an earlier release.',
  })
  createdBy!: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty() uses!: number;
  @ApiProperty() usesLeft!: number;
  @ApiProperty({ format: 'date-time' }) expiresAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastUsedAt!: string | null;
}

export class EnrolmentTokenListResponse {
  @ApiProperty({ type: [EnrolmentTokenResponse] }) items!: EnrolmentTokenResponse[];
}
