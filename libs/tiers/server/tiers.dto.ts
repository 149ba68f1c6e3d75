import { CHECK_TYPES, type CheckType } from '@icmp-mon/probing/contract';
import type {
  AgentSelection,
  CheckDefinition,
  DegradedLimits,
  Diversity,
  Expectation,
  TierPolicy,
  TierRemovalView,
  TierVersionView,
  TierAtView,
  TierView,
  VerdictRule,
} from '@icmp-mon/tiers/contract';
import {
  EXPECTATIONS,
  INDEPENDENT_VOTERS,
  QUERY_TYPES,
  RESPONSE_CODES,
  SCHEMES,
  STRATEGIES,
  TIER_NAME,
  TIER_NAME_RULE,
} from '@icmp-mon/tiers/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsInt, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';

const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' } } as const;

/** Highest number that a parameter can have without being rounded. */
const VERSION_MAX = 999_999_999_999_999;

class CheckResponse implements CheckDefinition {
  @ApiProperty({ type: 'integer' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty({ enum: EXPECTATIONS }) expect!: Expectation;
  @ApiPropertyOptional({ type: 'integer' }) packets?: number;
  @ApiPropertyOptional({ type: 'integer' }) size?: number;
  @ApiPropertyOptional({ type: 'integer' }) dscp?: number;
  @ApiPropertyOptional() dontFragment?: boolean;
  @ApiPropertyOptional() source?: string;
  @ApiPropertyOptional({ type: 'integer' }) port?: number;
  @ApiPropertyOptional({ enum: SCHEMES }) scheme?: CheckDefinition['scheme'];
  @ApiPropertyOptional() path?: string;
  @ApiPropertyOptional() host?: string;
  @ApiPropertyOptional({ type: 'integer' }) status?: number;
  @ApiPropertyOptional() contains?: string;
  @ApiPropertyOptional({ type: 'integer' }) certificateDays?: number;
  @ApiPropertyOptional() queryName?: string;
  @ApiPropertyOptional({ enum: QUERY_TYPES }) queryType?: CheckDefinition['queryType'];
  @ApiPropertyOptional({ enum: RESPONSE_CODES }) rcode?: CheckDefinition['rcode'];
  @ApiPropertyOptional() answer?: string;
}

class DiversityResponse implements Diversity {
  @ApiProperty({ type: 'integer' }) minRegions!: number;
  @ApiProperty({ type: 'integer' }) minProviders!: number;
}

class AgentSelectionResponse implements AgentSelection {
  @ApiProperty({ enum: STRATEGIES }) strategy!: AgentSelection['strategy'];
  @ApiProperty({ type: 'integer', description: 'Number of agents per target, for distributed.' }) count!: number;
  @ApiProperty({ type: [String] }) regions!: string[];
  @ApiProperty(TAGS_SCHEMA) requireTags!: Record<string, string>;
  @ApiProperty(TAGS_SCHEMA) excludeTags!: Record<string, string>;
  @ApiProperty({ type: DiversityResponse }) diversity!: DiversityResponse;
}

class DegradedLimitsResponse implements DegradedLimits {
  @ApiProperty({ type: 'integer', nullable: true }) latencyMs!: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) lossPercent!: number | null;
}

class VerdictRuleResponse implements VerdictRule {
  @ApiProperty({ type: 'integer' }) missesToFail!: number;
  @ApiProperty({ type: 'integer' }) successesToRecover!: number;
  @ApiProperty({
    oneOf: [
      { type: 'string', enum: ['majority'] },
      { type: 'integer', minimum: 1 },
    ],
  })
  quorum!: VerdictRule['quorum'];
  @ApiProperty({ type: DegradedLimitsResponse }) degraded!: DegradedLimitsResponse;
  @ApiProperty({ enum: INDEPENDENT_VOTERS }) independentVoters!: VerdictRule['independentVoters'];
  @ApiProperty({ description: 'Stored, without effect.' }) hourOfWeek!: boolean;
  @ApiProperty() confirm!: boolean;
}

class TierPolicyResponse implements TierPolicy {
  @ApiProperty({ type: 'integer' }) probeIntervalMs!: number;
  @ApiProperty({ type: 'integer' }) probeTimeoutMs!: number;
  @ApiProperty({ type: [CheckResponse] }) checks!: CheckResponse[];
  @ApiProperty({ type: AgentSelectionResponse }) agentSelection!: AgentSelectionResponse;
  @ApiProperty({ type: VerdictRuleResponse }) verdictRule!: VerdictRuleResponse;
}

export class TierResponse extends TierPolicyResponse implements TierView {
  @ApiProperty() name!: string;
  @ApiProperty() builtIn!: boolean;
  @ApiProperty({ type: 'integer', description: "Version of the tier's stream, also its ETag." }) version!: number;
  @ApiProperty({ type: 'integer' }) targetCount!: number;
  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Set while the tier is being removed: the tier that its targets move to.',
  })
  successor!: string | null;
}

export class ReadTierRequest {
  @ApiPropertyOptional({
    description: 'The tier as it was at this time: ISO 8601, or now-6h. The answer has the validity of the policy.',
    example: '2026-11-18T11:00:00Z',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  at?: string;
}

export class TierAtResponse extends TierPolicyResponse implements TierAtView {
  @ApiProperty() name!: string;
  @ApiProperty() builtIn!: boolean;
  @ApiProperty({ type: 'integer' }) version!: number;
  @ApiProperty({ format: 'date-time', description: 'The time of the answer.' }) at!: string;
  @ApiProperty({ format: 'date-time', description: 'Start of the policy.' }) validFrom!: string;
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'End of the policy, exclusive; null for the current one. An end of the last seconds may still be missing.',
  })
  validTo!: string | null;
}

export class TierListResponse {
  @ApiProperty({ type: [TierResponse] }) items!: TierResponse[];
}

export class RemoveTierRequest {
  @ApiPropertyOptional({ description: 'Tier that the targets move to.', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(TIER_NAME, { message: `successor ${TIER_NAME_RULE}` })
  successor?: string;
}

export class TierRemovalResponse implements TierRemovalView {
  @ApiProperty() name!: string;
  @ApiProperty({ enum: ['removed', 'removing'] }) state!: TierRemovalView['state'];
  @ApiProperty({ type: 'string', nullable: true }) successor!: string | null;
  @ApiProperty({ type: 'integer', description: 'Number of targets that have not moved yet.' }) targetCount!: number;
}

export class TierVersionsRequest {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: VERSION_MAX,
    description: 'Lists only versions below this one.',
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(VERSION_MAX)
  below?: number;
}

class TierVersionResponse implements TierVersionView {
  @ApiProperty({ type: 'integer' }) version!: number;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty({ description: 'Who made the change.', example: 'system:bootstrap' }) by!: string;
  @ApiProperty({ type: 'string', nullable: true, description: 'Name of the user or API key.' }) byName!: string | null;
  @ApiProperty({ enum: ['defined', 'removal-started', 'removed'] }) change!: TierVersionView['change'];
  @ApiProperty({ oneOf: [{ $ref: getSchemaPath(TierPolicyResponse) }, { type: 'null' }] })
  policy!: TierPolicyResponse | null;
  @ApiProperty({ type: 'string', nullable: true }) successor!: string | null;
}

@ApiExtraModels(TierPolicyResponse)
export class TierVersionsResponse {
  @ApiProperty({ type: [TierVersionResponse] }) items!: TierVersionResponse[];
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Value of `below` for the next page; null on the last one.',
  })
  next!: number | null;
}
