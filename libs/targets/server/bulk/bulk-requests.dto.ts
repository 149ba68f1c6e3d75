import { IsPlainText, IsTags, MayBeAbsent, MayBeNull } from '@icmp-mon/platform/http';
import type * as contract from '@icmp-mon/targets/contract';
import {
  BULK_IDS_MAX,
  BULK_TARGETS_MAX,
  EXPAND_ADDRESSES_MAX,
  FILTER_LENGTH_MAX,
  TAG_KEY,
} from '@icmp-mon/targets/contract';
import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { IDENTIFIER, IDENTIFIER_MESSAGE, TARGET_TAGS } from '@icmp-mon/targets/wire';

const TAGS = { type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } } as const;
const DRY_RUN = { description: 'Only count and list: the answer is 200 with a preview, and nothing changes.' } as const;

export class BulkChangeMembersRequest implements contract.BulkChange {
  @ApiPropertyOptional({ ...TAGS, description: 'Tags to set; a value replaces the current one.' })
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  addTags?: Record<string, string>;

  @ApiPropertyOptional({
    type: [String],
    maxItems: TARGET_TAGS.tagsMax,
    description: 'Keys of tags to remove.',
    example: ['role'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(TARGET_TAGS.tagsMax)
  @Matches(TAG_KEY, { each: true, message: `each key of removeTags must be ${TARGET_TAGS.keyWords}` })
  removeTags?: string[];

  @ApiPropertyOptional({ description: 'Name of a tier.', example: 'fast', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;

  @ApiPropertyOptional({ description: 'true: no agent probes the targets.' })
  @MayBeAbsent()
  @IsBoolean()
  paused?: boolean;

  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 200,
    description: 'null removes the owner.',
  })
  @MayBeNull()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsPlainText()
  owner?: string | null;
}

export class BulkChangeRequest implements contract.BulkChangeRequest {
  @ApiPropertyOptional({
    description:
      'A filter (docs/filter-language.md); vrf ~ "*" selects all targets. Exactly one of filter and targets is required.',
    example: 'site=fra AND NOT role=lab',
    minLength: 1,
    maxLength: FILTER_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  filter?: string;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    minItems: 1,
    maxItems: BULK_IDS_MAX,
    description: 'Ids of targets.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(BULK_IDS_MAX)
  @IsUUID('all', { each: true })
  targets?: string[];

  @ApiPropertyOptional({
    type: BulkChangeMembersRequest,
    description: 'Change of each target. Exactly one of change and remove is required.',
  })
  @MayBeAbsent()
  @ValidateNested()
  @Type(() => BulkChangeMembersRequest)
  change?: BulkChangeMembersRequest;

  @ApiPropertyOptional({ description: 'true removes the targets.' })
  @MayBeAbsent()
  @IsBoolean()
  remove?: boolean;

  @ApiPropertyOptional(DRY_RUN)
  @MayBeAbsent()
  @IsBoolean()
  dryRun?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: BULK_TARGETS_MAX,
    description:
      'Count of the dry run. 409 if the number of selected targets now differs from it by more than 1 %; for a removal, if it differs at all.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(BULK_TARGETS_MAX)
  expectedCount?: number;
}

export class ExpandRequest implements contract.ExpandRequest {
  @ApiProperty({
    description:
      `An IPv4 or IPv6 block in canonical form, of at most ${EXPAND_ADDRESSES_MAX} addresses. Network and broadcast address of an IPv4 ` +
      'block, and the first address of an IPv6 block, are not registered, except in blocks of one or two addresses.',
    example: '192.0.2.0/24',
    maxLength: 64,
  })
  @IsString()
  @MaxLength(64)
  cidr!: string;

  @ApiPropertyOptional({ description: '"default" unless set.', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiProperty({ description: 'Name of a tier.', example: 'standard', minLength: 1, maxLength: 63 })
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier!: string;

  @ApiPropertyOptional({ ...TAGS, description: 'Tags of each target.' })
  @MayBeAbsent()
  @IsTags(TARGET_TAGS)
  tags?: Record<string, string>;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 120,
    description:
      'Name of each target: {ip} is its address, {n} its number within the block, from 1. Without it, targets have no name.',
    example: 'customer-7-{n}',
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(120)
  namePattern?: string;

  @ApiPropertyOptional(DRY_RUN)
  @MayBeAbsent()
  @IsBoolean()
  dryRun?: boolean;
}
