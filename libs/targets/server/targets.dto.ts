import type * as contract from '@icmp-mon/targets/contract';
import { SHOWN_REASONS, type ShownReason, type Status, STATUSES } from '@icmp-mon/status/contract';
import type { StatusCountsView, TargetListQuery, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { LIVE_TARGETS_MAX, SEARCH_TERMS_MAX, TARGET_SORTS, type TargetSort } from '@icmp-mon/targets/contract';
import {
  IsPlainText,
  IsTagChanges,
  IsTags,
  MayBeAbsent,
  MayBeNull,
  WholeNumberParameter,
} from '@icmp-mon/platform/http';
import { PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, IsUUID, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { PAGE_MAX } from './target-list/list-targets';
import { TARGET_TAGS } from './tags';

const IDENTIFIER = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/;
const IDENTIFIER_MESSAGE = 'must be letters, digits, "_", "." or "-", beginning and ending with a letter or digit';

const POSITION_MAX = 2 ** 31 - 1;
const EVENT_ID_LENGTH_MAX = 256;
/** With commas between; as many again, so that too many are refused by their number. */
const LIVE_IDS_LENGTH_MAX = LIVE_TARGETS_MAX * 2 * 37;

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

export class ChangeTargetRequest implements contract.ChangeTargetRequest {
  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 200,
    description: `A text with ${PLAIN_TEXT_RULE}; null removes it.`,
    example: 'edge-fra-1',
  })
  @MayBeNull()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @IsPlainText()
  name?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', nullable: true },
    description: 'Tags that are not named stay; null removes one.',
    example: { role: 'edge', site: null },
  })
  @MayBeAbsent()
  @IsTagChanges(TARGET_TAGS)
  tags?: Record<string, string | null>;

  @ApiPropertyOptional({ description: 'Name of a tier.', example: 'fast', minLength: 1, maxLength: 63 })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;
}

export class ListTargetsRequest implements TargetListQuery {
  @ApiPropertyOptional({
    description:
      `At most ${SEARCH_TERMS_MAX} terms with blanks between, all of which must be found, without case: parts of an address, a name or a ` +
      'tag, or key=value for a whole tag, or key= for any tag of that key. Double quotes hold a term with blanks together.',
    example: 'site=fra edge',
    maxLength: 265,
  })
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

  @ApiPropertyOptional({ minLength: 1, maxLength: 63, description: 'Of this tier only.', example: 'fast' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63, description: 'Of this VRF only.', example: 'default' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;

  @ApiPropertyOptional({ enum: TARGET_SORTS, description: 'status unless set.' })
  @MayBeAbsent()
  @IsIn(TARGET_SORTS)
  sort?: TargetSort;

  @ApiPropertyOptional({ enum: ['asc', 'desc'], description: 'asc unless set.' })
  @MayBeAbsent()
  @IsIn(['asc', 'desc'])
  order?: 'asc' | 'desc';

  @ApiPropertyOptional({ description: 'next of the page before.', minLength: 1, maxLength: 1500 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1500)
  cursor?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: POSITION_MAX,
    description: 'Rows of the list before the page: any place of the list in one request. Instead of cursor.',
    example: 50_000,
  })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(0)
  @Max(POSITION_MAX)
  position?: number;

  @ApiPropertyOptional({
    format: 'uuid',
    minLength: 36,
    maxLength: 36,
    description:
      'Id of the target in the middle of the page; one that the filter leaves out names the place where it would be. Instead of cursor.',
  })
  @MayBeAbsent()
  @IsUUID()
  around?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_MAX, description: '100 unless set.' })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(PAGE_MAX)
  limit?: number;
}

export class FollowListRequest {
  @ApiPropertyOptional({
    maxLength: LIVE_IDS_LENGTH_MAX,
    description: `Ids of targets whose results to stream too, at most ${LIVE_TARGETS_MAX}, with commas between.`,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(LIVE_IDS_LENGTH_MAX)
  live?: string;

  @ApiPropertyOptional({
    maxLength: EVENT_ID_LENGTH_MAX,
    description: 'For clients that cannot send Last-Event-ID.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(EVENT_ID_LENGTH_MAX)
  lastEventId?: string;
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
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Rows of the list before the page; null on pages by cursor.',
  })
  position!: number | null;
  @ApiProperty({ ...AS_OF, description: 'Up to when every shard has judged.' }) asOf!: string | null;
}

export class StatusCountsResponse implements StatusCountsView {
  @ApiProperty({ type: 'integer' }) up!: number;
  @ApiProperty({ type: 'integer' }) degraded!: number;
  @ApiProperty({ type: 'integer' }) down!: number;
  @ApiProperty({ type: 'integer' }) unknown!: number;
  @ApiProperty({ ...AS_OF, description: 'Up to when every shard has judged.' }) asOf!: string | null;
}
