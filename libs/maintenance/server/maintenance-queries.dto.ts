import type * as contract from '@icmp-mon/maintenance/contract';
import { MAINTENANCE_LIMITS, OCCURRENCE_STATES, WINDOW_KINDS } from '@icmp-mon/maintenance/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { DATE, IsDay, ZONE_LENGTH_MAX } from './maintenance.dto';
import { LISTED_STATES, WINDOW_SORTS } from './windows/list-windows';

const PAGE_DEFAULT = 100;

/** Query of routes that act on what is open. */
export class OpenOccurrenceRequest {
  @ApiPropertyOptional({ ...DATE, description: 'Only the occurrence of this date; all open ones unless set.' })
  @MayBeAbsent()
  @IsDay()
  date?: string;
}

export class PreviewZoneRequest {
  @ApiPropertyOptional({ minLength: 1, maxLength: ZONE_LENGTH_MAX, description: 'Zone of the viewer.', default: 'UTC' })
  @MayBeAbsent()
  @IsString()
  @Length(1, ZONE_LENGTH_MAX)
  viewerZone?: string;
}

export class PageRequest {
  @ApiPropertyOptional({
    ...{ type: 'integer', minimum: 1, maximum: MAINTENANCE_LIMITS.page, default: PAGE_DEFAULT },
    description: 'Items of a page.',
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(MAINTENANCE_LIMITS.page)
  limit: number = PAGE_DEFAULT;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

export class ListWindowsRequest extends PageRequest {
  @ApiPropertyOptional({
    ...{ enum: LISTED_STATES, default: 'active' },
    description: 'active: neither cancelled nor over; past: cancelled or over.',
  })
  @MayBeAbsent()
  @IsIn(LISTED_STATES)
  state?: (typeof LISTED_STATES)[number];

  @ApiPropertyOptional({
    ...{ enum: WINDOW_SORTS, default: 'newest' },
    description: 'next: what is open first, then by the next start, then what is over.',
  })
  @MayBeAbsent()
  @IsIn(WINDOW_SORTS)
  sort?: (typeof WINDOW_SORTS)[number];

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: MAINTENANCE_LIMITS.titleLength },
    description: 'Only windows with this part in title, scope, ticket or name.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, MAINTENANCE_LIMITS.titleLength)
  q?: string;

  @ApiPropertyOptional({ enum: WINDOW_KINDS, description: 'Only windows, or only silences.' })
  @MayBeAbsent()
  @IsIn(WINDOW_KINDS)
  kind?: contract.WindowKind;

  @ApiPropertyOptional({
    ...{ minLength: 1, maxLength: MAINTENANCE_LIMITS.nameLength },
    description: 'Only the window with this name.',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, MAINTENANCE_LIMITS.nameLength)
  name?: string;
}

export class ListOccurrencesRequest extends PageRequest {
  @ApiPropertyOptional({ minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX, description: 'That end after this time.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX, description: 'That begin before this time.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;

  @ApiPropertyOptional({ enum: OCCURRENCE_STATES, description: 'Only those in this state.' })
  @MayBeAbsent()
  @IsIn(OCCURRENCE_STATES)
  state?: contract.OccurrenceState;
}
