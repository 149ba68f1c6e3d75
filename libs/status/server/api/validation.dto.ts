import { CHECK_TYPES, type CheckType, OUTCOME_NAMES, type OutcomeName } from '@icmp-mon/probing/contract';
import { MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import {
  CHECK_STATUSES,
  type CheckAnswer,
  type CheckStatus,
  type CheckValidationView,
  SHOWN_CHECK_REASONS,
  type ShownCheckReason,
  type TargetChecksView,
  type TargetCheckView,
  type ValidationItem,
  type ValidationPage,
} from '@icmp-mon/status/contract';
import { FILTER_LENGTH_MAX } from '@icmp-mon/targets/contract';
import { EXPECTATIONS, type Expectation } from '@icmp-mon/tiers/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Length, Max, MaxLength, Min } from 'class-validator';

export const LIMIT_MAX = 200;
export const LIMIT_DEFAULT = 50;
const NULLABLE_TIME = { type: String, format: 'date-time', nullable: true } as const;
export const PORT = { type: Number, nullable: true, description: 'Null for a type without a port.' } as const;

export class ListValidationRequest {
  @ApiPropertyOptional({ description: 'Only checks of this status.', enum: CHECK_STATUSES })
  @MayBeAbsent()
  @IsIn(CHECK_STATUSES)
  status?: CheckStatus;

  @ApiPropertyOptional({
    description: 'A filter of tags and of ip, name, tier, vrf and owner (docs/filter-language.md).',
    example: 'site=fra AND NOT role=lab',
    maxLength: FILTER_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(FILTER_LENGTH_MAX)
  filter?: string;

  @ApiPropertyOptional({
    description: 'Maximum number per page.',
    minimum: 1,
    maximum: LIMIT_MAX,
    default: LIMIT_DEFAULT,
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit: number = LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

export class CheckAnswerResponse implements CheckAnswer {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() agentName!: string;
  @ApiProperty({ format: 'date-time', description: 'When the probe was sent.' }) at!: string;
  @ApiProperty({ enum: OUTCOME_NAMES }) outcome!: OutcomeName;
  @ApiProperty({ type: Number, nullable: true }) rttUs!: number | null;
}

export class CheckValidationResponse implements CheckValidationView {
  @ApiProperty({ enum: CHECK_STATUSES }) status!: CheckStatus;
  @ApiProperty({
    enum: SHOWN_CHECK_REASONS,
    description: 'not_judged: its shard was not judged for three intervals of its tier.',
  })
  reason!: ShownCheckReason;
  @ApiProperty({ ...NULLABLE_TIME, description: 'Null before the first judgement.' }) since!: string | null;
  @ApiProperty({ ...NULLABLE_TIME, description: 'Time of the latest proving probe, up to five minutes late.' })
  lastProofAt!: string | null;
  @ApiProperty({
    type: CheckAnswerResponse,
    nullable: true,
    description: 'The latest answer, of the present or last violation.',
  })
  lastAnswer!: CheckAnswerResponse | null;
}

export class TargetCheckResponse implements TargetCheckView {
  @ApiProperty({ description: 'Number of the check in its tier.' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty(PORT) port!: number | null;
  @ApiProperty({ enum: EXPECTATIONS }) expect!: Expectation;
  @ApiProperty({
    ...{ type: CheckValidationResponse, nullable: true },
    description: "Null for a check that expects reachable: the target's status contains it.",
  })
  validation!: CheckValidationResponse | null;
}

export class TargetChecksResponse implements TargetChecksView {
  @ApiProperty({ type: [TargetCheckResponse] }) items!: TargetCheckResponse[];
  @ApiProperty({ ...NULLABLE_TIME, description: "Time up to which the target's shard has judged." })
  asOf!: string | null;
}

export class ValidationItemResponse extends CheckValidationResponse implements ValidationItem {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  @ApiProperty() tier!: string;
  @ApiProperty({ description: 'Number of the check in its tier.' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty(PORT) port!: number | null;
}

export class ValidationCountsResponse implements Record<CheckStatus, number> {
  @ApiProperty() violated!: number;
  @ApiProperty() untested!: number;
  @ApiProperty() as_expected!: number;
}

export class ValidationPageResponse implements ValidationPage {
  @ApiProperty({ type: [ValidationItemResponse] }) items!: ValidationItemResponse[];
  @ApiProperty({ description: 'All checks of the filter, regardless of `status`.' }) counts!: ValidationCountsResponse;
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
  @ApiProperty({ ...NULLABLE_TIME, description: 'Time up to which every shard has judged.' }) asOf!: string | null;
}
