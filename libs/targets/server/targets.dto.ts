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
/** Characters of a comma-separated list of twice the allowed ids, so that too many ids are refused with their number. */
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

  @ApiPropertyOptional({ minLength: 1, maxLength: 200, description: `Text with ${PLAIN_TEXT_RULE}.` })
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
    description: `Text with ${PLAIN_TEXT_RULE}; null removes the name.`,
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
    description: 'Absent tags stay unchanged; null removes a tag.',
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
      `At most ${SEARCH_TERMS_MAX} terms separated by blanks; a target must match all of them, ignoring case. A term is a part of an ` +
      'address, name or tag; key=value matches a whole tag, key= any tag with that key. Double quotes enclose a term with blanks.',
    example: 'site=fra edge',
    maxLength: 265,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(265)
  @Matches(/^[^\p{Cc}]*$/u, { message: 'q must not contain control characters' })
  q?: string;

  @ApiPropertyOptional({ description: `Comma-separated list of ${STATUSES.join(', ')}.`, maxLength: 64 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  status?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63, description: 'Only targets of this tier.', example: 'fast' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `tier ${IDENTIFIER_MESSAGE}` })
  tier?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 63, description: 'Only targets of this VRF.', example: 'default' })
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

  @ApiPropertyOptional({ description: 'The `next` of the previous page.', minLength: 1, maxLength: 1500 })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1500)
  cursor?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: POSITION_MAX,
    description: 'Number of rows before the page, to read any position of the list in one request. Instead of cursor.',
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
      'Id of the target in the middle of the page; if the filter excludes it, the page is around the position where it would be. Instead of cursor.',
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
    description: `Comma-separated ids of at most ${LIVE_TARGETS_MAX} targets whose results are streamed too.`,
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
  @ApiPropertyOptional({
    description: 'Selects the target if the address is in several VRFs.',
    minLength: 1,
    maxLength: 63,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @Matches(IDENTIFIER, { message: `vrf ${IDENTIFIER_MESSAGE}` })
  vrf?: string;
}

export class TargetResponse implements TargetView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: 'integer', description: 'Never reused; identifies the target in results and events.' })
  key!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: 'string', nullable: true }) name!: string | null;
  @ApiProperty(TAGS_SCHEMA) tags!: Record<string, string>;
  @ApiProperty() tier!: string;
  @ApiProperty({ format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ type: 'integer', description: 'Version of the target; also its ETag.' }) version!: number;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({
    type: 'string',
    enum: SHOWN_REASONS,
    nullable: true,
    description:
      'Null until the target is judged for the first time. not_judged: its shard has not been judged for three intervals of its tier.',
  })
  reason!: ShownReason | null;
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true }) since!: string | null;
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Last success before the latest status change. A target that is up has newer successes: see its status.',
  })
  lastSuccessAt!: string | null;
  @ApiProperty({ ...AS_OF, description: "Time up to which the target's shard has judged." }) asOf!: string | null;
}

export class TargetPageResponse implements TargetPage {
  @ApiProperty({ type: [TargetResponse] }) items!: TargetResponse[];
  @ApiProperty({ type: 'string', nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
  @ApiProperty({ type: 'integer', description: 'Targets that match the filter, over all pages.' }) total!: number;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Number of rows before the page; null on pages by cursor.',
  })
  position!: number | null;
  @ApiProperty({ ...AS_OF, description: 'Time up to which every shard has judged.' }) asOf!: string | null;
}

export class StatusCountsResponse implements StatusCountsView {
  @ApiProperty({ type: 'integer' }) up!: number;
  @ApiProperty({ type: 'integer' }) degraded!: number;
  @ApiProperty({ type: 'integer' }) down!: number;
  @ApiProperty({ type: 'integer' }) unknown!: number;
  @ApiProperty({ ...AS_OF, description: 'Time up to which every shard has judged.' }) asOf!: string | null;
}
