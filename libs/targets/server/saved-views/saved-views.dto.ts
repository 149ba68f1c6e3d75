import { STATUSES } from '@icmp-mon/status/contract';
import type * as contract from '@icmp-mon/targets/contract';
import {
  FILTER_LENGTH_MAX,
  TARGET_SORTS,
  type TargetSort,
  VIEW_COLUMNS_LENGTH_MAX,
  VIEW_NAME_LENGTH_MAX,
} from '@icmp-mon/targets/contract';
import { HasNoControlCharacters, IsPlainText, MayBeAbsent } from '@icmp-mon/platform/http';
import { PLAIN_TEXT_RULE } from '@icmp-mon/platform/text';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsObject, IsString, Matches, MaxLength, MinLength, ValidateNested } from 'class-validator';

class SavedViewQueryRequest implements contract.SavedViewQuery {
  @ApiPropertyOptional({ maxLength: 265, example: 'site=fra edge' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(265)
  @HasNoControlCharacters()
  q?: string;

  @ApiPropertyOptional({ maxLength: FILTER_LENGTH_MAX, example: 'site=fra AND NOT role=lab' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(FILTER_LENGTH_MAX)
  filter?: string;

  @ApiPropertyOptional({ maxLength: 64, description: `Comma-separated list of ${STATUSES.join(', ')}.` })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  @Matches(/^[a-z,]*$/, { message: 'status must be a comma-separated list of statuses' })
  status?: string;

  @ApiPropertyOptional({ maxLength: 63, example: 'fast' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(63)
  @HasNoControlCharacters()
  tier?: string;

  @ApiPropertyOptional({ enum: TARGET_SORTS })
  @MayBeAbsent()
  @IsIn(TARGET_SORTS)
  sort?: TargetSort;

  @ApiPropertyOptional({ enum: ['asc', 'desc'] })
  @MayBeAbsent()
  @IsIn(['asc', 'desc'])
  order?: 'asc' | 'desc';

  @ApiPropertyOptional({ maxLength: VIEW_COLUMNS_LENGTH_MAX, example: 'name,tag:site,rtt' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(VIEW_COLUMNS_LENGTH_MAX)
  @Matches(/^[\w.:,-]*$/, { message: 'columns must be a comma-separated list of columns' })
  columns?: string;
}

export class SaveViewRequest implements contract.SaveViewRequest {
  @ApiProperty({
    minLength: 1,
    maxLength: VIEW_NAME_LENGTH_MAX,
    description: `Text with ${PLAIN_TEXT_RULE}; each view of a user has its own, ignoring case.`,
    example: 'Core in Frankfurt',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(VIEW_NAME_LENGTH_MAX)
  @IsPlainText()
  name!: string;

  @ApiProperty({ type: SavedViewQueryRequest })
  @IsObject()
  @ValidateNested()
  @Type(() => SavedViewQueryRequest)
  query!: SavedViewQueryRequest;

  @ApiPropertyOptional({ description: 'Whether all users see the view; false unless set.' })
  @MayBeAbsent()
  @IsBoolean()
  isShared?: boolean;
}

export class SavedViewResponse implements contract.SavedView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ type: SavedViewQueryRequest }) query!: SavedViewQueryRequest;
  @ApiProperty() isShared!: boolean;
  @ApiProperty({ description: 'Whether the caller saved it, and may replace or delete it.' }) isOwn!: boolean;
  @ApiProperty() ownerName!: string;
  @ApiProperty({ type: 'integer', description: 'Version of the view; also its ETag.' }) version!: number;
}

export class SavedViewListResponse implements contract.SavedViewList {
  @ApiProperty({ type: [SavedViewResponse] }) items!: SavedViewResponse[];
}
