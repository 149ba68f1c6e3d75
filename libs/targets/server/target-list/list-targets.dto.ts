import { STATUSES } from '@icmp-mon/status/contract';
import type { StatusCountsView, TargetListQuery, TargetPage } from '@icmp-mon/targets/contract';
import { FILTER_LENGTH_MAX, SEARCH_TERMS_MAX, TARGET_SORTS, type TargetSort } from '@icmp-mon/targets/contract';
import {
  HasNoControlCharacters,
  MayBeAbsent,
  TIME_TEXT_LENGTH_MAX,
  WholeNumberParameter,
} from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, IsUUID, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { IDENTIFIER, IDENTIFIER_MESSAGE } from '@icmp-mon/targets/wire';
import { TargetResponse } from '../target.dto';
import { PAGE_MAX } from './list-targets';

const POSITION_MAX = 2 ** 31 - 1;
const AS_OF = { type: 'string', format: 'date-time', nullable: true } as const;

const FILTER = {
  description:
    'A filter (docs/filter-language.md): terms such as site=fra, status IN (down, degraded), ip IN 10.0.0.0/8, name ~ "core-*", agent=fra-1, ' +
    'joined by AND, OR, NOT and parentheses. Together with the other parameters: all must match.',
  example: 'site=fra AND NOT role=lab',
  maxLength: FILTER_LENGTH_MAX,
} as const;

export class CountTargetsRequest {
  @ApiPropertyOptional(FILTER)
  @MayBeAbsent()
  @IsString()
  filter?: string;
}

export class ListTargetsRequest implements TargetListQuery {
  @ApiPropertyOptional({
    description:
      'Lists the inventory as it was at this time: ISO 8601, or now-6h. Together with filter (without status, agent, placement and maintenance), tier, vrf, sort (ip ' +
      'unless set, name, tier), order, limit and cursor; further pages need the `at` of the first one. Items are versions, without a status.',
    example: '2026-11-18T11:00:00Z',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  at?: string;

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
  @HasNoControlCharacters()
  q?: string;

  @ApiPropertyOptional(FILTER)
  @MayBeAbsent()
  @IsString()
  filter?: string;

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

  @ApiPropertyOptional({ enum: TARGET_SORTS, description: 'status unless set; with at: ip.' })
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
