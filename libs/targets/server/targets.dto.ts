import type * as contract from '@icmp-mon/targets/contract';
import { SHOWN_REASONS, type ShownReason, type Status, STATUSES } from '@icmp-mon/status/contract';
import type { StatusCountsView, TargetListQuery, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { TARGET_SORTS, type TargetSort } from '@icmp-mon/targets/contract';
import { IsPlainText, IsTags, MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { PAGE_MAX } from './target-list/list-targets';
import { TARGET_TAGS } from './tags';

const IDENTIFIER = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/;
const IDENTIFIER_MESSAGE = 'must be letters, digits, "_", "." or "-", beginning and ending with a letter or digit';

const AS_OF = { type: 'string', format: 'date-time', nullable: true } as const;
const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } } as const;

export class RegisterTargetRequest implements contract.RegisterTargetRequest {
  @ApiProperty({ description: 'One IPv4 or IPv6 address, written in full.', example: '192.0.2.7', maxLength: 64 })
  @IsString()
  @MaxLength(64)
  ip!: string;

  @ApiProperty({ description: 'Name of a tier.', example: 'standard', minLength: 1, maxLength: 63 })
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier!: string;

  @ApiPropertyOptional({ description: '"default" unless set.', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 200, description: `A text with ${PLAIN_TEXT_RULE}.` })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsPlainText()
  name?: string;

  @ApiPropertyOptional(TAGS_SCHEMA)
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  tags?: Record<string, string>;
}

export class ListTargetsRequest implements TargetListQuery {
  @ApiPropertyOptional({ description: 'Start of an address or name, or key=value for a tag.', maxLength: 265 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(265)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'q must hold no control characters' })
  q?: string;

  @ApiPropertyOptional({ description: `A list of ${STATUSES.join(', ')} with commas between.`, maxLength: 64 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  status?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiPropertyOptional({ enum: TARGET_SORTS, description: 'status unless said' })
  @MayBeAbsent()
  @IsIn(TARGET_SORTS)
  sort?: TargetSort;

  @ApiPropertyOptional({ enum: ['asc', 'desc'], description: 'asc unless said' })
  @MayBeAbsent()
  @IsIn(['asc', 'desc'])
  order?: 'asc' | 'desc';

  @ApiPropertyOptional({ description: 'next of the page before', minLength: 1, maxLength: 1500 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1500)
  cursor?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_MAX, description: '100 unless said' })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(PAGE_MAX)
  limit?: number;
}

export class TargetReferenceRequest {
  @ApiPropertyOptional({ description: 'Chooses where the address is in several VRFs.', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;
}

export class TargetResponse implements TargetView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: 'integer', description: 'Never reused; names the target in results and events.' }) key!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: 'string', nullable: true }) name!: string | null;
  @ApiProperty(TAGS_SCHEMA) tags!: Record<string, string>;
  @ApiProperty() tier!: string;
  @ApiProperty({ format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ type: 'integer', description: 'Also the ETag.' }) version!: number;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({
    type: 'string',
    enum: SHOWN_REASONS,
    nullable: true,
    description:
      'Null while nothing was ever judged. not_judged: nobody has judged its shard for three intervals of its tier.',
  })
  reason!: ShownReason | null;
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true }) since!: string | null;
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Last success before the latest change of status. A target that is up has newer ones: see its status.',
  })
  lastSuccessAt!: string | null;
  @ApiProperty({ ...AS_OF, description: "Up to when the target's shard has judged." }) asOf!: string | null;
}

export class TargetPageResponse implements TargetPage {
  @ApiProperty({ type: [TargetResponse] }) items!: TargetResponse[];
  @ApiProperty({ type: 'string', nullable: true, description: 'cursor of the next page, null on the last' }) next!:
    string | null;
  @ApiProperty({ type: 'integer', description: 'Targets that match, over all pages.' }) total!: number;
  @ApiProperty({ ...AS_OF, description: 'Up to when every shard has judged.' }) asOf!: string | null;
}

export class StatusCountsResponse implements StatusCountsView {
  @ApiProperty({ type: 'integer' }) up!: number;
  @ApiProperty({ type: 'integer' }) degraded!: number;
  @ApiProperty({ type: 'integer' }) down!: number;
  @ApiProperty({ type: 'integer' }) unknown!: number;
  @ApiProperty({ ...AS_OF, description: 'Up to when every shard has judged.' }) asOf!: string | null;
}
